// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_cutting.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_sides.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>

namespace portrait {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr double kFaceCosts = 8;  // how much longer a way through the face counts

using Entry = std::pair<double, std::uint32_t>;
using Queue = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;

// Edges of a chart with what hangs on them.
struct Edge {
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t side;   // 3 k + i in the chart, from a to b
  std::uint32_t other;  // the same edge's side in the neighbour, or kNone
  double length;
};

struct EdgeGraph {
  std::vector<Edge> edges;
  std::vector<std::vector<std::uint32_t>> at;  // per vertex, its edges
};

EdgeGraph make_graph(const TriangleMesh& mesh, const ChartMesh& chart) {
  struct Side {
    std::uint64_t key;
    std::uint32_t side;
  };
  std::vector<Side> sides;
  for (std::uint32_t k = 0; k < chart.triangles.size(); ++k) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::uint64_t a = chart.triangles[k][i];
      const std::uint64_t b = chart.triangles[k][(i + 1) % 3];
      sides.push_back({std::min(a, b) << 32 | std::max(a, b), 3 * k + i});
    }
  }
  std::stable_sort(sides.begin(), sides.end(),
                   [](const Side& p, const Side& q) { return p.key < q.key; });
  EdgeGraph graph;
  graph.at.resize(chart.mesh_vertices.size());
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const std::uint32_t side = sides[i].side;
    const std::uint32_t a = chart.triangles[side / 3][side % 3];
    const std::uint32_t b = chart.triangles[side / 3][(side % 3 + 1) % 3];
    const bool paired = i + 1 < sides.size() && sides[i + 1].key == sides[i].key;
    const double length =
        (mesh.positions[chart.mesh_vertices[a]] - mesh.positions[chart.mesh_vertices[b]])
            .cast<double>()
            .norm();
    const auto number = std::uint32_t(graph.edges.size());
    graph.edges.push_back({a, b, side, paired ? sides[i + 1].side : kNone, length});
    graph.at[a].push_back(number);
    graph.at[b].push_back(number);
    if (paired) ++i;
  }
  return graph;
}

std::uint32_t find_root(std::vector<std::uint32_t>& parent, std::uint32_t v) {
  while (parent[v] != v) {
    parent[v] = parent[parent[v]];
    v = parent[v];
  }
  return v;
}

// Shortest ways from the sources; reached[v] = the edge it was reached by, kNone at a source.
struct Ways {
  std::vector<double> cost;
  std::vector<std::uint32_t> by;
};

template <typename Cost, typename Stop>
std::uint32_t find_ways(const EdgeGraph& graph, const std::vector<std::uint32_t>& sources,
                        const Cost& cost_of, const Stop& stop, Ways& ways) {
  ways.cost.assign(graph.at.size(), std::numeric_limits<double>::infinity());
  ways.by.assign(graph.at.size(), kNone);
  Queue queue;
  for (const std::uint32_t v : sources) {
    ways.cost[v] = 0;
    queue.emplace(0, v);
  }
  while (!queue.empty()) {
    const auto [cost, v] = queue.top();
    queue.pop();
    if (cost > ways.cost[v]) continue;
    if (stop(v)) return v;
    for (const std::uint32_t e : graph.at[v]) {
      const Edge& edge = graph.edges[e];
      const std::uint32_t w = edge.a == v ? edge.b : edge.a;
      const double there = cost + cost_of(edge);
      if (!(there < ways.cost[w])) continue;
      ways.cost[w] = there;
      ways.by[w] = e;
      queue.emplace(there, w);
    }
  }
  return kNone;
}

std::vector<std::uint32_t> way_back(const EdgeGraph& graph, const Ways& ways, std::uint32_t v) {
  std::vector<std::uint32_t> edges;
  while (ways.by[v] != kNone) {
    edges.push_back(ways.by[v]);
    const Edge& edge = graph.edges[ways.by[v]];
    v = edge.a == v ? edge.b : edge.a;
  }
  return edges;
}

// The loop an edge closes with the two ways back, without the part that they share.
std::vector<std::uint32_t> close_loop(const EdgeGraph& graph, const Ways& ways, std::uint32_t e) {
  std::vector<std::uint32_t> one = way_back(graph, ways, graph.edges[e].a);
  std::vector<std::uint32_t> two = way_back(graph, ways, graph.edges[e].b);
  while (!one.empty() && !two.empty() && one.back() == two.back()) {
    one.pop_back();
    two.pop_back();
  }
  one.push_back(e);
  one.insert(one.end(), two.begin(), two.end());
  return one;
}

}  // namespace

HandleLoop find_handle_loop(const TriangleMesh& mesh, const ChartMesh& chart) {
  const EdgeGraph graph = make_graph(mesh, chart);
  Ways ways;
  find_ways(
      graph, {0}, [](const Edge& edge) { return edge.length; }, [](std::uint32_t) { return false; },
      ways);
  std::vector<std::uint8_t> in_tree(graph.edges.size(), 0);
  for (const std::uint32_t e : ways.by) {
    if (e != kNone) in_tree[e] = 1;
  }
  // The cotree joins triangles, and one filling per border, across edges out of the tree.
  const std::size_t triangles = chart.triangles.size();
  std::vector<std::uint32_t> filling(chart.mesh_vertices.size(), kNone);
  for (std::size_t b = 0; b < chart.borders.size(); ++b) {
    for (const std::uint32_t v : chart.borders[b]) filling[v] = std::uint32_t(triangles + b);
  }
  std::vector<std::uint32_t> parent(triangles + chart.borders.size());
  std::iota(parent.begin(), parent.end(), 0U);
  // Long loops join first, so that what is left over closes short ones.
  std::vector<std::uint32_t> order;
  for (std::uint32_t e = 0; e < graph.edges.size(); ++e) {
    if (!in_tree[e]) order.push_back(e);
  }
  const auto round = [&](std::uint32_t e) {
    const Edge& edge = graph.edges[e];
    return ways.cost[edge.a] + ways.cost[edge.b] + edge.length;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t p, std::uint32_t q) { return round(p) > round(q); });
  HandleLoop best;
  best.length = std::numeric_limits<double>::infinity();
  std::vector<std::uint32_t> loop;
  for (const std::uint32_t e : order) {
    const Edge& edge = graph.edges[e];
    const std::uint32_t p = find_root(parent, edge.side / 3);
    const std::uint32_t q =
        find_root(parent, edge.other == kNone ? filling[edge.a] : edge.other / 3);
    if (p != q) {
      parent[p] = q;
      continue;
    }
    const std::vector<std::uint32_t> closed = close_loop(graph, ways, e);
    double length = 0;
    for (const std::uint32_t l : closed) length += graph.edges[l].length;
    if (length < best.length) {
      best.length = length;
      loop = closed;
    }
  }
  for (const std::uint32_t e : loop) {
    best.mesh_triangles.push_back(chart.mesh_triangles[graph.edges[e].side / 3]);
    if (graph.edges[e].other != kNone) {
      best.mesh_triangles.push_back(chart.mesh_triangles[graph.edges[e].other / 3]);
    }
  }
  return best;
}

void cut_holes_open(const TriangleMesh& mesh, const std::vector<std::uint32_t>& opposite,
                    const ChartMesh& chart, std::vector<std::uint8_t>& cut) {
  const EdgeGraph graph = make_graph(mesh, chart);
  std::vector<std::uint32_t> border_of(chart.mesh_vertices.size(), kNone);
  for (std::uint32_t b = 0; b < chart.borders.size(); ++b) {
    for (const std::uint32_t v : chart.borders[b]) border_of[v] = b;
  }
  std::vector<std::uint8_t> joined(chart.borders.size(), 0);
  joined[0] = 1;
  std::vector<std::uint32_t> sources = chart.borders[0];
  const auto cost = [&](const Edge& edge) {
    // Along a border there is nothing to cut.
    if (edge.other == kNone) return std::numeric_limits<double>::infinity();
    const Eigen::Vector3f middle = (mesh.positions[chart.mesh_vertices[edge.a]] +
                                    mesh.positions[chart.mesh_vertices[edge.b]]) /
                                   2;
    return edge.length * (1 + kFaceCosts * double(face_weight(middle)));
  };
  for (std::size_t done = 1; done < chart.borders.size(); ++done) {
    Ways ways;
    const std::uint32_t reached = find_ways(
        graph, sources, cost,
        [&](std::uint32_t v) { return border_of[v] != kNone && !joined[border_of[v]]; }, ways);
    if (reached == kNone) return;
    for (const std::uint32_t e : way_back(graph, ways, reached)) {
      const std::uint32_t side = graph.edges[e].side;
      const std::uint32_t mesh_side = 3 * chart.mesh_triangles[side / 3] + side % 3;
      cut[mesh_side] = cut[opposite[mesh_side]] = 1;
      sources.push_back(graph.edges[e].a);
      sources.push_back(graph.edges[e].b);
    }
    joined[border_of[reached]] = 1;
    sources.insert(sources.end(), chart.borders[border_of[reached]].begin(),
                   chart.borders[border_of[reached]].end());
  }
}

}  // namespace portrait
