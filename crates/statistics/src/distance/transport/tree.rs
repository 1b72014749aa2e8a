//! The spanning tree of a basis: sources `0..n`, sinks `n..n + m`, each arc from a source to a sink.

use crate::distance::transport::cost::Cost;

/// No node.
pub(crate) const NOBODY: usize = usize::MAX;

/// A node with its place in the tree.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: usize,
    depth: usize,
    first_child: usize,
    next: usize,
    previous: usize,
    /// Flow on the arc between the node and its parent.
    flow: i128,
}

/// A spanning tree with the flows on its arcs and the potentials that make its arcs free.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    n: usize,
    /// Potentials of sources and sinks, `[n]` and `[m]`.
    pub(crate) u: Vec<f64>,
    pub(crate) v: Vec<f64>,
    stack: Vec<usize>,
}

impl Tree {
    /// The tree of `n + m - 1` arcs (source, sink, flow) that connect all nodes.
    pub(crate) fn new(n: usize, m: usize, arcs: &[(usize, usize, i128)], cost: &Cost) -> Tree {
        let empty = Node {
            parent: NOBODY,
            depth: 0,
            first_child: NOBODY,
            next: NOBODY,
            previous: NOBODY,
            flow: 0,
        };
        let mut tree = Tree {
            nodes: vec![empty; n + m],
            n,
            u: vec![0.0; n],
            v: vec![0.0; m],
            stack: Vec::new(),
        };
        let mut neighbours: Vec<Vec<(usize, i128)>> = vec![Vec::new(); n + m];
        for (i, j, flow) in arcs {
            neighbours[*i].push((n + j, *flow));
            neighbours[n + j].push((*i, *flow));
        }
        let mut pending = vec![0];
        while let Some(at) = pending.pop() {
            for (other, flow) in &neighbours[at] {
                if *other != tree.nodes[at].parent {
                    tree.nodes[*other].flow = *flow;
                    tree.attach(*other, at);
                    pending.push(*other);
                }
            }
        }
        tree.refresh(cost);
        tree
    }

    /// The arcs (source, sink, flow), in the order of the nodes below them.
    pub(crate) fn arcs(&self) -> impl Iterator<Item = (usize, usize, i128)> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.parent != NOBODY).map(|(x, node)| {
            let (source, sink) = if x < self.n { (x, node.parent) } else { (node.parent, x) };
            (source, sink - self.n, node.flow)
        })
    }

    fn attach(&mut self, child: usize, parent: usize) {
        let first = self.nodes[parent].first_child;
        let node = &mut self.nodes[child];
        (node.parent, node.next, node.previous) = (parent, first, NOBODY);
        if first != NOBODY {
            self.nodes[first].previous = child;
        }
        self.nodes[parent].first_child = child;
    }

    fn detach(&mut self, child: usize) {
        let Node { parent, next, previous, .. } = self.nodes[child];
        if previous == NOBODY {
            self.nodes[parent].first_child = next;
        } else {
            self.nodes[previous].next = next;
        }
        if next != NOBODY {
            self.nodes[next].previous = previous;
        }
    }

    /// Depths and potentials of all nodes, from the costs of the arcs and those of the root.
    pub(crate) fn refresh(&mut self, cost: &Cost) {
        let mut stack = std::mem::take(&mut self.stack);
        stack.push(0);
        while let Some(at) = stack.pop() {
            let depth = self.nodes[at].depth + 1;
            let mut child = self.nodes[at].first_child;
            while child != NOBODY {
                self.nodes[child].depth = depth;
                self.price(child, at, cost);
                stack.push(child);
                child = self.nodes[child].next;
            }
        }
        self.stack = stack;
    }

    /// The potential of `node` that makes its arc to `neighbour` free.
    fn price(&mut self, node: usize, neighbour: usize, cost: &Cost) {
        if node < self.n {
            let j = neighbour - self.n;
            self.u[node] = cost.row(node)[j] - self.v[j];
        } else {
            let j = node - self.n;
            self.v[j] = cost.row(neighbour)[j] - self.u[neighbour];
        }
    }

    /// Brings the arc from source `i` to sink `j` into the tree, with all the flow that the arcs of
    /// its cycle admit; the one that empties leaves.
    pub(crate) fn pivot(&mut self, i: usize, j: usize, cost: &Cost) {
        let j = self.n + j;
        let (top, least, leaving, below_i) = self.bottleneck(i, j);
        // Mass that the new arc takes from i or brings to j is missing or spare along the paths.
        for (start, falling_source) in [(i, true), (j, false)] {
            let mut at = start;
            while at != top {
                let falls = (at < self.n) == falling_source;
                self.nodes[at].flow += if falls { -least } else { least };
                at = self.nodes[at].parent;
            }
        }
        let (inner, outer) = if below_i { (i, j) } else { (j, i) };
        self.turn(inner, outer, leaving, least);
        self.nodes[inner].depth = self.nodes[outer].depth + 1;
        let reduced = cost.row(i)[j - self.n] - self.u[i] - self.v[j - self.n];
        self.shift(inner, if below_i { reduced } else { -reduced });
    }

    /// Depths of all nodes below `top` from that of `top`; potentials of sources rise by `change` and
    /// those of sinks fall by it, which keeps the arcs between them free.
    fn shift(&mut self, top: usize, change: f64) {
        let mut stack = std::mem::take(&mut self.stack);
        stack.push(top);
        while let Some(at) = stack.pop() {
            if at < self.n {
                self.u[at] += change;
            } else {
                self.v[at - self.n] -= change;
            }
            let depth = self.nodes[at].depth + 1;
            let mut child = self.nodes[at].first_child;
            while child != NOBODY {
                self.nodes[child].depth = depth;
                stack.push(child);
                child = self.nodes[child].next;
            }
        }
        self.stack = stack;
    }

    /// Where the paths from `i` and `j` to the root meet, the least flow among the arcs that fall,
    /// the node below that arc, and whether it lies on the path from `i`.
    fn bottleneck(&self, i: usize, j: usize) -> (usize, i128, usize, bool) {
        let (mut a, mut b) = (i, j);
        let (mut least, mut leaving, mut below_i) = (i128::MAX, NOBODY, true);
        while a != b {
            if self.nodes[a].depth >= self.nodes[b].depth {
                if a < self.n && self.nodes[a].flow < least {
                    (least, leaving, below_i) = (self.nodes[a].flow, a, true);
                }
                a = self.nodes[a].parent;
            } else {
                if b >= self.n && self.nodes[b].flow < least {
                    (least, leaving, below_i) = (self.nodes[b].flow, b, false);
                }
                b = self.nodes[b].parent;
            }
        }
        (a, least, leaving, below_i)
    }

    /// Cuts the subtree below `leaving` off and hangs it, by its node `inner`, from `outer`.
    fn turn(&mut self, inner: usize, outer: usize, leaving: usize, flow: i128) {
        let (mut at, mut parent, mut flow) = (inner, outer, flow);
        loop {
            let (next, next_flow) = (self.nodes[at].parent, self.nodes[at].flow);
            self.detach(at);
            self.attach(at, parent);
            self.nodes[at].flow = flow;
            if at == leaving {
                return;
            }
            (at, parent, flow) = (next, at, next_flow);
        }
    }
}
