// What of plotly.js the charts need; `make plotly` makes the bundle beside this file from it.
const plotly = require("plotly.js/lib/core"); // with lines
plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/heatmap"),
  require("plotly.js/lib/choropleth"),
]);
module.exports = plotly;
