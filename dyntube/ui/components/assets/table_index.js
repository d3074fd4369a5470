// All rows of a table, to be searched and sorted as the server does with those of a longer one.
import { fold } from "./elements.js";

export class Index {
  constructor(data) {
    this.data = data;
    this.all = data.values.map((_, n) => n);
  }

  // The numbers of the rows that are searched for, in their order.
  find({ sort, order, search }) {
    const { ranks, columns } = this.data;
    const places = sort === "name" ? ranks : columns.find(({ name }) => name === sort)?.ranks;
    const wanted = fold(search);
    const found = this.all.filter((n) => !wanted || this.texts(n).some((text) => text.includes(wanted)));
    const way = order === "rising" ? 1 : -1;
    return places ? found.sort((a, b) => compare(places[a], places[b], way) || a - b) : found;
  }

  texts(n) {
    const { names, searched } = this.data;
    this.folded ??= names.map((name, at) => [fold(name), fold(searched[at] ?? "")]);
    return this.folded[n];
  }
}

// Of ranks, missing ones come last whichever way.
function compare(one, other, way) {
  if (one === null || other === null) return (one === null) - (other === null);
  return (one - other) * way;
}
