// Find nodes by what people know of them.

/**
 * Return the positions of the nodes that a query names, in program order.
 *
 * It is an id, a name, an operation, a type, a line of source (`:12`, `file.py:12`), or
 * else a piece of any of these; `*` stands for any text.
 */
export function found(nodes, files, query) {
  const wanted = query.trim();
  if (!wanted) return [];
  const texts = (node) => [
    node.id, node.name, node.operation, ...node.outs.flat(),
  ].filter(Boolean);
  const all = [...nodes.keys()];
  const exact = all.filter((i) => texts(nodes[i]).includes(wanted));
  if (exact.length) return exact;
  const line = /^([^:]*):(\d+)$/.exec(wanted);
  if (line) {
    return all.filter((i) => {
      const place = nodes[i].place;
      return place && place[1] === Number(line[2]) && files[place[0]].name.endsWith(line[1]);
    });
  }
  const literal = wanted.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const pattern = new RegExp(literal.join(".*"), "i");
  return all.filter((i) => [...texts(nodes[i]), nodes[i].equation].some((t) => pattern.test(t)));
}
