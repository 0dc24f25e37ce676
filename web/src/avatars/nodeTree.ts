import type { GltfNode } from "./gltfDocument";

/** Ancestors and descendants among the nodes of a glTF document. */
export class NodeTree {
  private readonly parents = new Map<number, number>();

  /** @param nodes Each with one parent at most, and none its own ancestor. */
  constructor(private readonly nodes: readonly GltfNode[]) {
    nodes.forEach(({ children = [] }, parent) => {
      for (const child of children) this.parents.set(child, parent);
    });
  }

  /** All nodes, generation by generation. */
  fromRoots(): number[] {
    const order = [...this.nodes.keys()].filter((node) => !this.parents.has(node));
    for (const node of order) order.push(...(this.nodes[node]?.children ?? []));
    return order;
  }

  /** The lowest node from which all of these joints descend. */
  meeting(found: ReadonlyMap<string, number>, ...joints: string[]): number | undefined {
    const lines = joints.map((joint) => this.line(found.get(joint)));
    return lines[0]?.find((node) => lines.every((line) => line.includes(node)));
  }

  /** Nodes on the way down from an ancestor, without both ends. */
  between(ancestor: number, node: number): number[] {
    const line = this.line(node);
    return line.slice(1, Math.max(1, line.indexOf(ancestor))).reverse();
  }

  /** Whether a node is another or descends from it. */
  holds(ancestor: number | undefined, node: number): boolean {
    return this.line(node).some((above) => above === ancestor);
  }

  /** A node and its ancestors. */
  private line(node: number | undefined): number[] {
    const line: number[] = [];
    for (let at = node; at !== undefined; at = this.parents.get(at)) line.push(at);
    return line;
  }
}
