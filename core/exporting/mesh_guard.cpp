// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/mesh_guard.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

void require_attribute(const std::vector<Eigen::Vector3f>& values, std::size_t vertices,
                       const char* name, const std::string& format) {
  check(values.empty() || values.size() == vertices, ErrorCode::kBadInput,
        "The mesh has {} vertices but {} {}; {} needs one each", vertices, values.size(), name,
        format);
  const auto bad = std::find_if(values.begin(), values.end(),
                                [](const Eigen::Vector3f& v) { return !v.allFinite(); });
  check(bad == values.end(), ErrorCode::kBadInput,
        "Vertex {} of the mesh has {} that are not finite, so no {} was written; roll the head "
        "back to an earlier step and export again",
        bad - values.begin(), name, format);
}

float largest_difference(const std::vector<Eigen::Vector3f>& a,
                         const std::vector<Eigen::Vector3f>& b) {
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, (a[i] - b[i]).cwiseAbs().maxCoeff());
  }
  return largest;
}

}  // namespace

void require_exportable(const TriangleMesh& mesh, const std::string& format) {
  check(!mesh.empty() && !mesh.positions.empty(), ErrorCode::kBadInput,
        "The mesh is empty, so no {} was written: no density reaches the surface's threshold. Try "
        "half of it, and again half, until the head appears",
        format);
  const std::size_t vertices = mesh.positions.size();
  require_attribute(mesh.positions, vertices, "positions", format);
  require_attribute(mesh.normals, vertices, "normals", format);
  require_attribute(mesh.colours, vertices, "colours", format);
  for (const auto& t : mesh.triangles) {
    check(*std::max_element(t.begin(), t.end()) < vertices, ErrorCode::kBadInput,
          "A triangle of the mesh names vertex {} of {}; no {} was written",
          *std::max_element(t.begin(), t.end()), vertices, format);
  }
}

void require_same_mesh(const TriangleMesh& read, const TriangleMesh& written,
                       const std::string& format) {
  const bool counts = read.positions.size() == written.positions.size() &&
                      read.normals.size() == written.normals.size() &&
                      read.colours.size() == written.colours.size();
  // Positions pass through metres in float; normals stay; colours are quantised.
  check(counts && read.triangles == written.triangles &&
            largest_difference(read.positions, written.positions) < 1e-5F &&
            largest_difference(read.normals, written.normals) < 1e-6F,
        ErrorCode::kIo,
        "The {} that was written reads back differently from the mesh; it was not kept. Check the "
        "disk and export again",
        format);
}

}  // namespace portrait
