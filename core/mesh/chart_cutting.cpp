// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_cutting.h"

#include "core/mesh/mesh_sides.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <limits>
#include <queue>

namespace portrait {
namespace {

constexpr float kValleySlows = 3.0F;  // how much longer the way across a right-angled valley is
constexpr int kSmoothingPasses = 10;

using Entry = std::pair<double, std::uint32_t>;  // cost, then index: ties are decided alike
using Queue = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;

// In double: squares of a large mesh's areas are beyond float, and what is no number cannot be
// grown across. Nought where the triangle has no area.
Eigen::Vector3f unit_normal(const TriangleMesh& mesh, std::uint32_t t) {
  const auto& [a, b, c] = mesh.triangles[t];
  const Eigen::Vector3d from = mesh.positions[a].cast<double>();
  const Eigen::Vector3d normal =
      (mesh.positions[b].cast<double>() - from).cross(mesh.positions[c].cast<double>() - from);
  return normal.stableNormalized().cast<float>();
}

}  // namespace

struct CuttableSurface::Growth {
  std::vector<std::int32_t> label;  // per triangle of the mesh; -1 outside
  std::vector<double> cost;
  std::uint32_t last = 0;  // the triangle reached last
};

CuttableSurface::CuttableSurface(const TriangleMesh& mesh)
    : mesh_(mesh), opposite_(opposite_sides(mesh)) {
  std::vector<Eigen::Vector3f> normals;
  for (std::uint32_t t = 0; t < mesh.triangles.size(); ++t) {
    const auto& [a, b, c] = mesh.triangles[t];
    centres_.emplace_back(mesh.positions[a] / 3 + mesh.positions[b] / 3 + mesh.positions[c] / 3);
    normals.push_back(unit_normal(mesh, t));
  }
  crossing_.assign(opposite_.size(), 0);
  for (std::uint32_t s = 0; s < opposite_.size(); ++s) {
    if (opposite_[s] == kNoSide) continue;
    const std::uint32_t t = s / 3;
    const std::uint32_t other = opposite_[s] / 3;
    const Eigen::Vector3f step = centres_[other] - centres_[t];
    const float bend = normals[t].cross(normals[other]).norm();
    const bool valley = step.dot(normals[t]) > 0;
    crossing_[s] = step.stableNorm() * (1 + (valley ? kValleySlows * bend : 0.0F)) + 1e-9F;
  }
}

std::vector<std::vector<std::uint32_t>> CuttableSurface::pieces(
    const std::vector<std::uint32_t>& triangles) const {
  std::vector<std::uint8_t> open(mesh_.triangles.size(), 0);
  for (const std::uint32_t t : triangles) open[t] = 1;
  std::vector<std::vector<std::uint32_t>> result;
  for (const std::uint32_t start : triangles) {
    if (!open[start]) continue;
    open[start] = 0;
    std::vector<std::uint32_t> piece{start};
    for (std::size_t next = 0; next < piece.size(); ++next) {
      for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t other = opposite_[3 * piece[next] + i];
        if (other == kNoSide || !open[other / 3]) continue;
        open[other / 3] = 0;
        piece.push_back(other / 3);
      }
    }
    std::sort(piece.begin(), piece.end());
    result.push_back(std::move(piece));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& p, const auto& q) { return p.size() > q.size(); });
  return result;
}

CuttableSurface::Growth CuttableSurface::grow(
    const std::vector<std::uint32_t>& triangles,
    const std::vector<std::vector<std::uint32_t>>& sources) const {
  constexpr std::int32_t kUnreached = std::numeric_limits<std::int32_t>::max();
  Growth growth;
  growth.label.assign(mesh_.triangles.size(), -1);
  growth.cost.assign(mesh_.triangles.size(), std::numeric_limits<double>::infinity());
  for (const std::uint32_t t : triangles) growth.label[t] = kUnreached;
  Queue queue;
  for (std::size_t k = 0; k < sources.size(); ++k) {
    for (const std::uint32_t t : sources[k]) {
      growth.label[t] = std::int32_t(k);
      growth.cost[t] = 0;
      queue.emplace(0, t);
    }
  }
  while (!queue.empty()) {
    const auto [cost, t] = queue.top();
    queue.pop();
    if (cost > growth.cost[t]) continue;
    growth.last = t;
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::uint32_t side = 3 * t + i;
      if (opposite_[side] == kNoSide) continue;
      const std::uint32_t other = opposite_[side] / 3;
      const double there = cost + crossing_[side];
      if (growth.label[other] < 0 || !(there < growth.cost[other])) continue;
      growth.cost[other] = there;
      growth.label[other] = growth.label[t];
      queue.emplace(there, other);
    }
  }
  return growth;
}

// A triangle with two neighbours of another label takes it: the teeth of the line go.
void CuttableSurface::smooth_labels(const std::vector<std::uint32_t>& triangles,
                                    std::vector<std::int32_t>& label) const {
  for (int pass = 0; pass < kSmoothingPasses; ++pass) {
    int changed = 0;
    for (const std::uint32_t t : triangles) {
      int others = 0;
      std::int32_t other = label[t];
      for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t side = opposite_[3 * t + i];
        if (side == kNoSide || label[side / 3] < 0 || label[side / 3] == label[t]) continue;
        ++others;
        other = label[side / 3];
      }
      if (others < 2) continue;
      label[t] = other;
      ++changed;
    }
    if (changed == 0) break;
  }
}

std::array<std::vector<std::uint32_t>, 2> CuttableSurface::bisect(
    const std::vector<std::uint32_t>& triangles) const {
  const std::uint32_t first = grow(triangles, {{triangles.front()}}).last;
  const std::uint32_t second = grow(triangles, {{first}}).last;
  Growth halves = grow(triangles, {{first}, {second}});
  const std::vector<std::int32_t> rough = halves.label;
  smooth_labels(triangles, halves.label);
  const auto part = [&](const std::vector<std::int32_t>& label, std::int32_t which) {
    std::vector<std::uint32_t> members;
    for (const std::uint32_t t : triangles) {
      if (label[t] == which) members.push_back(t);
    }
    return members;
  };
  std::array<std::vector<std::uint32_t>, 2> result;
  for (int k = 0; k < 2; ++k) {
    // What smoothing cut off touches the other half alone.
    auto parts = pieces(part(halves.label, k));
    for (std::size_t p = 1; p < parts.size(); ++p) {
      for (const std::uint32_t t : parts[p]) halves.label[t] = 1 - k;
    }
  }
  for (int k = 0; k < 2; ++k) result[k] = part(halves.label, k);
  if (result[0].empty() || result[1].empty()) {
    for (int k = 0; k < 2; ++k) result[k] = part(rough, k);
  }
  return result;
}

std::array<std::vector<std::uint32_t>, 2> CuttableSurface::surround(
    const std::vector<std::uint32_t>& triangles, const std::vector<std::uint32_t>& core,
    double reach) const {
  Growth growth = grow(triangles, {core});
  std::vector<std::int32_t>& label = growth.label;
  for (const std::uint32_t t : triangles) label[t] = growth.cost[t] <= reach ? 0 : 1;
  smooth_labels(triangles, label);
  std::array<std::vector<std::uint32_t>, 2> result;
  for (const std::uint32_t t : triangles) result[label[t]].push_back(t);
  return result;
}

}  // namespace portrait
