// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/nearest_surface.h"

#include "core/base/error.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kMostCells = 256;  // along the longest side: 67 MB of them

// Weights of the corners at the triangle's place nearest to p (Ericson, "Real-Time Collision
// Detection", 2005, section 5.1.5).
Eigen::Vector3f nearest_weights(const Eigen::Vector3f& p, const Eigen::Vector3f& a,
                                const Eigen::Vector3f& b, const Eigen::Vector3f& c) {
  const Eigen::Vector3f ab = b - a;
  const Eigen::Vector3f ac = c - a;
  const float d1 = ab.dot(p - a);
  const float d2 = ac.dot(p - a);
  if (d1 <= 0 && d2 <= 0) return {1, 0, 0};
  const float d3 = ab.dot(p - b);
  const float d4 = ac.dot(p - b);
  if (d3 >= 0 && d4 <= d3) return {0, 1, 0};
  const float d5 = ab.dot(p - c);
  const float d6 = ac.dot(p - c);
  if (d6 >= 0 && d5 <= d6) return {0, 0, 1};
  const float beyond_ab = d1 * d4 - d3 * d2;
  if (beyond_ab <= 0 && d1 >= 0 && d3 <= 0) {
    const float t = d1 > d3 ? d1 / (d1 - d3) : 0.0F;
    return {1 - t, t, 0};
  }
  const float beyond_ac = d5 * d2 - d1 * d6;
  if (beyond_ac <= 0 && d2 >= 0 && d6 <= 0) {
    const float t = d2 > d6 ? d2 / (d2 - d6) : 0.0F;
    return {1 - t, 0, t};
  }
  const float beyond_bc = d3 * d6 - d5 * d4;
  const float along = d4 - d3;
  const float back = d5 - d6;
  if (beyond_bc <= 0 && along >= 0 && back >= 0) {
    const float t = along + back > 0 ? along / (along + back) : 0.0F;
    return {0, 1 - t, t};
  }
  const float sum = beyond_ab + beyond_ac + beyond_bc;
  return {beyond_bc / sum, beyond_ac / sum, beyond_ab / sum};
}

template <typename Visit>
void for_each_cell(const Eigen::Array3i& from, const Eigen::Array3i& to, const Visit& visit) {
  for (int z = from.z(); z <= to.z(); ++z) {
    for (int y = from.y(); y <= to.y(); ++y) {
      for (int x = from.x(); x <= to.x(); ++x) visit(Eigen::Array3i(x, y, z));
    }
  }
}

}  // namespace

struct NearestSurface::Found {
  float squared_distance;
  std::optional<Eigen::Vector3f> normal;
};

NearestSurface::NearestSurface(const TriangleMesh& mesh, float reach) : mesh_(mesh), reach_(reach) {
  check(!mesh.empty() && mesh.normals.size() == mesh.positions.size(), ErrorCode::kBadUsage,
        "The nearest place of a mesh was asked for, which has {} triangles, {} vertices and {} "
        "normals; it needs one normal a vertex",
        mesh.triangles.size(), mesh.positions.size(), mesh.normals.size());
  check(reach > 0, ErrorCode::kBadUsage, "A reach of {} was asked for; it must be above 0", reach);
  low_ = mesh.positions.front();
  Eigen::Vector3f high = low_;
  for (const Eigen::Vector3f& p : mesh.positions) {
    low_ = low_.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  side_ = std::max(reach, (high - low_).maxCoeff() / kMostCells);
  cells_ = ((high - low_) / side_).array().floor().cast<int>() + 1;
  first_.assign(std::size_t(cells_.x()) * std::size_t(cells_.y()) * std::size_t(cells_.z()) + 1, 0);
  const auto for_each_touched = [&](std::uint32_t t, const auto& visit) {
    const auto& [a, b, c] = mesh_.triangles[t];
    const auto& at = mesh_.positions;
    for_each_cell(cell_of(at[a].cwiseMin(at[b]).cwiseMin(at[c])),
                  cell_of(at[a].cwiseMax(at[b]).cwiseMax(at[c])),
                  [&](const Eigen::Array3i& cell) { visit(index(cell)); });
  };
  const auto count = std::uint32_t(mesh.triangles.size());
  for (std::uint32_t t = 0; t < count; ++t) {
    for_each_touched(t, [&](std::size_t cell) { ++first_[cell + 1]; });
  }
  for (std::size_t cell = 1; cell < first_.size(); ++cell) first_[cell] += first_[cell - 1];
  triangles_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t t = 0; t < count; ++t) {
    for_each_touched(t, [&](std::size_t cell) { triangles_[next[cell]++] = t; });
  }
}

Eigen::Array3i NearestSurface::cell_of(const Eigen::Vector3f& place) const {
  // Clamped before it becomes integers: whoever asks may stand anywhere.
  return ((place - low_) / side_).array().max(-2.0F).min(kMostCells + 2).floor().cast<int>();
}

std::size_t NearestSurface::index(const Eigen::Array3i& cell) const {
  return (std::size_t(cell.z()) * std::size_t(cells_.y()) + std::size_t(cell.y())) *
             std::size_t(cells_.x()) +
         std::size_t(cell.x());
}

void NearestSurface::look_into(const Eigen::Array3i& cell, const Eigen::Vector3f& from,
                               const Eigen::Vector3f& facing, Found& found) const {
  const Eigen::Vector3f corner = low_ + side_ * cell.cast<float>().matrix();
  const Eigen::Vector3f nearest =
      from.cwiseMax(corner).cwiseMin(corner + Eigen::Vector3f::Constant(side_));
  if ((nearest - from).squaredNorm() > found.squared_distance) return;
  const std::size_t number = index(cell);
  for (std::uint32_t i = first_[number]; i < first_[number + 1]; ++i) {
    const auto& [a, b, c] = mesh_.triangles[triangles_[i]];
    const auto& at = mesh_.positions;
    const Eigen::Vector3f w = nearest_weights(from, at[a], at[b], at[c]);
    const Eigen::Vector3f place = w[0] * at[a] + w[1] * at[b] + w[2] * at[c];
    const float squared = (place - from).squaredNorm();
    if (!(squared < found.squared_distance)) continue;
    const Eigen::Vector3f normal =
        w[0] * mesh_.normals[a] + w[1] * mesh_.normals[b] + w[2] * mesh_.normals[c];
    if (!(normal.dot(facing) > 0)) continue;
    found = {squared, normal.normalized()};
  }
}

std::optional<Eigen::Vector3f> NearestSurface::normal_at(const Eigen::Vector3f& from,
                                                         const Eigen::Vector3f& facing) const {
  Found found{reach_ * reach_, std::nullopt};
  const Eigen::Array3i own = cell_of(from);
  // Its own cell first: most of the others are then too far away to be looked into.
  if ((own >= 0).all() && (own < cells_).all()) look_into(own, from, facing, found);
  for_each_cell((own - 1).max(0), (own + 1).min(cells_ - 1), [&](const Eigen::Array3i& cell) {
    if ((cell != own).any()) look_into(cell, from, facing, found);
  });
  return found.normal;
}

}  // namespace portrait
