"""Where viewers are. Each line is `country continent share iphones zone: city/region weight, ...`.

`share` is relative to all viewers, `iphones` the percentage of iPhones among the country's phones;
a city's weight applies within its country, and most cities inherit the country's zone.
"""

from __future__ import annotations

PLACES = """
US NA 252 57 America/New_York: New York/New York 19, Los Angeles/California 13 America/Los_Angeles, Chicago/Illinois 9 America/Chicago, Houston/Texas 7 America/Chicago, Phoenix/Arizona 5 America/Phoenix, Philadelphia/Pennsylvania 5, San Francisco/California 8 America/Los_Angeles, San Diego/California 3 America/Los_Angeles, Dallas/Texas 6 America/Chicago, Austin/Texas 5 America/Chicago, Seattle/Washington 6 America/Los_Angeles, Denver/Colorado 5 America/Denver, Boston/Massachusetts 7, Atlanta/Georgia 5, Miami/Florida 4, Minneapolis/Minnesota 3 America/Chicago, Portland/Oregon 3 America/Los_Angeles, Raleigh/North Carolina 3, Columbus/Ohio 3, Honolulu/Hawaii 1 Pacific/Honolulu
CA NA 46 58 America/Toronto: Toronto/Ontario 12, Ottawa/Ontario 3, Montreal/Quebec 7, Vancouver/British Columbia 6 America/Vancouver, Calgary/Alberta 4 America/Edmonton, Halifax/Nova Scotia 1 America/Halifax, Winnipeg/Manitoba 1 America/Winnipeg
MX NA 22 24 America/Mexico_City: Mexico City/Mexico City 9, Guadalajara/Jalisco 4, Monterrey/Nuevo Leon 4, Tijuana/Baja California 1 America/Tijuana
CR NA 2 30 America/Costa_Rica: San José/San José 3, Alajuela/Alajuela 1
GT NA 1 18 America/Guatemala: Guatemala City/Guatemala 1
DO NA 1 30 America/Santo_Domingo: Santo Domingo/Nacional 3, Santiago/Santiago 1
BR SA 44 18 America/Sao_Paulo: São Paulo/São Paulo 12, Rio de Janeiro/Rio de Janeiro 6, Belo Horizonte/Minas Gerais 4, Curitiba/Paraná 3, Porto Alegre/Rio Grande do Sul 3, Recife/Pernambuco 2 America/Recife, Manaus/Amazonas 1 America/Manaus
AR SA 11 14 America/Argentina/Buenos_Aires: Buenos Aires/Buenos Aires 7, Córdoba/Córdoba 2, Rosario/Santa Fe 2
CL SA 8 26 America/Santiago: Santiago/Santiago Metropolitan 6, Valparaíso/Valparaíso 2
CO SA 10 17 America/Bogota: Bogotá/Bogota D.C. 6, Medellín/Antioquia 3, Cali/Valle del Cauca 2
PE SA 6 14 America/Lima: Lima/Lima region 6, Chiclayo/Lambayeque 1, Arequipa/Arequipa 1
UY SA 2 20 America/Montevideo: Montevideo/Montevideo 1
EC SA 2 14 America/Guayaquil: Quito/Pichincha 2, Guayaquil/Guayas 2
GB EU 92 52 Europe/London: London/England 22, Manchester/England 6, Birmingham/England 5, Leeds/England 3, Bristol/England 3, Edinburgh/Scotland 3, Glasgow/Scotland 3, Cardiff/Wales 2, Belfast/Northern Ireland 1
IE EU 12 47 Europe/Dublin: Dublin/Leinster 6, Cork/Munster 2, Galway/Connacht 1
DE EU 74 38 Europe/Berlin: Berlin/Berlin 9, Munich/Bavaria 7, Hamburg/Hamburg 6, Cologne/North Rhine-Westphalia 5, Frankfurt am Main/Hesse 5, Stuttgart/Baden-Württemberg 4, Düsseldorf/North Rhine-Westphalia 3, Leipzig/Saxony 2, Nuremberg/Bavaria 2
AT EU 11 40 Europe/Vienna: Vienna/Vienna 6, Graz/Styria 2, Linz/Upper Austria 1
CH EU 14 56 Europe/Zurich: Zurich/Zurich 5, Geneva/Geneva 2, Basel/Basel-City 2, Bern/Bern 1
FR EU 43 36 Europe/Paris: Paris/Île-de-France 12, Lyon/Auvergne-Rhône-Alpes 4, Marseille/Provence-Alpes-Côte d'Azur 3, Toulouse/Occitanie 2, Lille/Hauts-de-France 2, Nantes/Pays de la Loire 2
NL EU 29 42 Europe/Amsterdam: Amsterdam/North Holland 6, Rotterdam/South Holland 3, Utrecht/Utrecht 3, Eindhoven/North Brabant 2
BE EU 12 40 Europe/Brussels: Brussels/Brussels Capital 4, Antwerp/Flanders 2, Ghent/Flanders 2, Liège/Wallonia 1
LU EU 2 45 Europe/Luxembourg: Luxembourg/Luxembourg 1
ES EU 29 25 Europe/Madrid: Madrid/Madrid 8, Barcelona/Catalonia 7, Valencia/Valencia 3, Seville/Andalusia 2, Bilbao/Basque Country 2, Las Palmas/Canary Islands 1 Atlantic/Canary
PT EU 19 28 Europe/Lisbon: Lisbon/Lisbon 6, Porto/Porto 4, Braga/Braga 1
IT EU 25 30 Europe/Rome: Milan/Lombardy 7, Rome/Lazio 6, Turin/Piedmont 2, Bologna/Emilia-Romagna 2, Naples/Campania 2
SE EU 15 55 Europe/Stockholm: Stockholm/Stockholm 6, Gothenburg/Västra Götaland 3, Malmö/Skåne 2
NO EU 11 60 Europe/Oslo: Oslo/Oslo 5, Bergen/Vestland 2, Trondheim/Trøndelag 1
DK EU 11 62 Europe/Copenhagen: Copenhagen/Capital Region 5, Aarhus/Central Jutland 2
FI EU 8 38 Europe/Helsinki: Helsinki/Uusimaa 4, Tampere/Pirkanmaa 2
PL EU 18 14 Europe/Warsaw: Warsaw/Mazovia 5, Kraków/Lesser Poland 3, Wrocław/Lower Silesia 2, Gdańsk/Pomerania 2
CZ EU 8 26 Europe/Prague: Prague/Prague 5, Brno/South Moravia 2
HU EU 4 24 Europe/Budapest: Budapest/Budapest 3, Debrecen/Hajdú-Bihar 1
RO EU 7 18 Europe/Bucharest: Bucharest/Bucharest 4, Cluj-Napoca/Cluj 2
GR EU 4 24 Europe/Athens: Athens/Attica 3, Thessaloniki/Central Macedonia 1
BG EU 3 20 Europe/Sofia: Sofia/Sofia-Capital 3, Plovdiv/Plovdiv 1
UA EU 5 22 Europe/Kyiv: Kyiv/Kyiv City 3, Lviv/Lviv 2
EE EU 2 32 Europe/Tallinn: Tallinn/Harju 1
LT EU 2 26 Europe/Vilnius: Vilnius/Vilnius 2, Kaunas/Kaunas 1
RS EU 2 18 Europe/Belgrade: Belgrade/Central Serbia 2, Novi Sad/Vojvodina 1
TR AS 12 18 Europe/Istanbul: Istanbul/Istanbul 6, Ankara/Ankara 3, İzmir/İzmir 2
IL AS 7 32 Asia/Jerusalem: Tel Aviv/Tel Aviv 3, Haifa/Haifa 1
AE AS 11 33 Asia/Dubai: Dubai/Dubai 5, Abu Dhabi/Abu Dhabi 2
SA AS 7 34 Asia/Riyadh: Riyadh/Riyadh 3, Jeddah/Mecca 2
IN AS 68 5 Asia/Kolkata: Bengaluru/Karnataka 9, Mumbai/Maharashtra 8, Pune/Maharashtra 4, Delhi/Delhi 7, Hyderabad/Telangana 5, Chennai/Tamil Nadu 5, Kolkata/West Bengal 3, Ahmedabad/Gujarat 2, Kochi/Kerala 1
PK AS 4 6 Asia/Karachi: Karachi/Sindh 2, Lahore/Punjab 2
BD AS 3 5 Asia/Dhaka: Dhaka/Dhaka Division 1
LK AS 2 8 Asia/Colombo: Colombo/Western Province 1
SG AS 13 36 Asia/Singapore: Singapore/Singapore 1
MY AS 9 22 Asia/Kuala_Lumpur: Kuala Lumpur/Kuala Lumpur 4, George Town/Penang 1
ID AS 16 10 Asia/Jakarta: Jakarta/Jakarta 6, Bekasi/West Java 3, Bandung/West Java 2, Surabaya/East Java 2, Denpasar/Bali 1 Asia/Makassar
PH AS 15 13 Asia/Manila: Manila/Metro Manila 4, Quezon City/Metro Manila 3, Cebu City/Central Visayas 2
TH AS 6 28 Asia/Bangkok: Bangkok/Bangkok 4, Chiang Mai/Chiang Mai 1
VN AS 6 27 Asia/Ho_Chi_Minh: Ho Chi Minh City/Ho Chi Minh 3, Hanoi/Hanoi 3
JP AS 28 62 Asia/Tokyo: Tokyo/Tokyo 9, Osaka/Osaka 4, Yokohama/Kanagawa 3, Nagoya/Aichi 2, Fukuoka/Fukuoka 2, Sapporo/Hokkaido 1
KR AS 12 27 Asia/Seoul: Seoul/Seoul 6, Busan/Busan 2, Incheon/Incheon 1
TW AS 6 48 Asia/Taipei: Taipei/Taiwan 3, Taichung/Taiwan 1
HK AS 6 45 Asia/Hong_Kong: Hong Kong/Hong Kong 1
AU OC 40 56 Australia/Sydney: Sydney/New South Wales 9, Melbourne/Victoria 8 Australia/Melbourne, Brisbane/Queensland 4 Australia/Brisbane, Perth/Western Australia 3 Australia/Perth, Adelaide/South Australia 2 Australia/Adelaide, Canberra/Australian Capital Territory 1
NZ OC 9 50 Pacific/Auckland: Auckland/Auckland 4, Wellington/Wellington 2, Christchurch/Canterbury 1
ZA AF 13 17 Africa/Johannesburg: Johannesburg/Gauteng 4, Cape Town/Western Cape 3, Durban/KwaZulu-Natal 1
NG AF 8 8 Africa/Lagos: Lagos/Lagos 4, Abuja/FCT 2
KE AF 5 6 Africa/Nairobi: Nairobi/Nairobi 3, Mombasa/Mombasa 1
EG AF 5 12 Africa/Cairo: Cairo/Cairo 4, Alexandria/Alexandria 2
MA AF 3 14 Africa/Casablanca: Casablanca/Casablanca-Settat 3, Rabat/Rabat-Salé-Kénitra 1
GH AF 2 8 Africa/Accra: Accra/Greater Accra 1
"""  # noqa: E501
