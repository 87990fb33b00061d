// Which of the drawings that the page carries is shown: opening and closing regions.

/** All drawings, by the regions and groups that are open in them. */
export class Views {
  constructor(views, openable, parents) {
    this.views = views;
    this.numbers = new Map(openable.map((name, i) => [name, i]));
    this.names = openable;
    this.parents = parents;
    this.open = views.map((view) => new Set(view.open.map((i) => openable[i])));
  }

  /** Return whether something opens at all. */
  has(item) {
    return this.numbers.has(item);
  }

  /** Return an item and all that is around it. */
  around(item) {
    const found = [];
    for (let at = item; at; at = this.parents.get(at)) found.push(at);
    return found;
  }

  /** Return whether `item` is in something, or is it. */
  isInside(item, outer) {
    return this.around(item).includes(outer);
  }

  /**
   * Return the drawing in which as many as possible of the wanted ones are open.
   *
   * @param wanted Set of names.
   * @param must What must be open, or must be closed if `isOpen` is false.
   */
  nearest(wanted, must, isOpen) {
    let best = -1;
    let least = Infinity;
    for (const [i, open] of this.open.entries()) {
      if (must !== undefined && open.has(must) !== isOpen) continue;
      let distance = 0;
      for (const name of open) if (!wanted.has(name)) distance += 1;
      for (const name of wanted) if (!open.has(name)) distance += 1;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return { number: best, distance: least };
  }

  /** Return the drawing after an item was opened or closed. */
  toggled(number, item, isOpen) {
    const wanted = new Set(this.open[number]);
    if (isOpen) for (const each of this.around(item)) wanted.add(each);
    else for (const each of [...wanted]) if (this.isInside(each, item)) wanted.delete(each);
    return this.nearest(wanted, item, isOpen);
  }

  /** Return the drawing after all inside of an item (or everything) is open or closed. */
  toggledAll(number, item, isOpen) {
    const wanted = new Set(this.open[number]);
    for (const name of this.names) {
      if (item && !this.isInside(name, item)) continue;
      if (isOpen) wanted.add(name);
      else wanted.delete(name);
    }
    return this.nearest(wanted);
  }
}
