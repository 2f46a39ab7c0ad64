'use strict';
const fs = require('fs');
import { join } from 'node:path';

/** Keeps values by name. */
class Store extends Map {
  static #instances = 0;
  constructor(path, { readonly = false, ...rest } = {}) {
    super();
    this.path = join(path, 'store.json');
    Object.assign(this, rest, { readonly });
  }
  get size() { return super.size; }
  async load() {
    const text = await fs.promises.readFile(this.path, 'utf8');
    for (const [name, value] of Object.entries(JSON.parse(text))) this.set(name, value);
    return this;
  }
  *names() { yield* this.keys(); }
}

const cache = new Map(), limit = 10;
let counter = 0, { a, b: [c] } = { a: 1, b: [2] };
const compare = (x, y) => x < y ? -1 : x > y;
function* range(from, to) { for (let i = from; i < to; i++) yield i; }

module.exports = {
  Store,
  open(path) { return new Store(path).load(); },
  pattern: /["'`/]+/gu,
  text: `line ${counter++}
of ${`nested ${limit}`}`,
};
exports.compare = compare;
Store.prototype.clear = function () { counter = 0; };
(function () { var hidden = 1; function inner() { return hidden; } })();
