// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/mesh_guard.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

template <typename Vector>
void require_attribute(const std::vector<Vector>& values, std::size_t vertices, const char* name,
                       const std::string& format) {
  check(values.empty() || values.size() == vertices, ErrorCode::kBadInput,
        "The mesh has {} vertices but {} {}; {} needs one each", vertices, values.size(), name,
        format);
  const auto bad =
      std::find_if(values.begin(), values.end(), [](const Vector& v) { return !v.allFinite(); });
  check(bad == values.end(), ErrorCode::kBadInput,
        "Vertex {} of the mesh has {} that are not finite, so no {} was written; roll the head "
        "back to an earlier step and export again",
        bad - values.begin(), name, format);
}

template <typename Vector>
float largest_difference(const std::vector<Vector>& a, const std::vector<Vector>& b) {
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, (a[i] - b[i]).cwiseAbs().maxCoeff());
  }
  return largest;
}

std::vector<Eigen::Vector3f> clamped(std::vector<Eigen::Vector3f> colours) {
  for (Eigen::Vector3f& colour : colours) colour = colour.cwiseMax(0.0F).cwiseMin(1.0F);
  return colours;
}

[[noreturn]] void fail_different(const char* what, const std::string& format) {
  fail(ErrorCode::kIo,
       "The {} that was written reads back differently from the {}; it was not kept. Check the "
       "disk and export again",
       format, what);
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
  require_attribute(mesh.texcoords, vertices, "places in the texture", format);
  for (const auto& t : mesh.triangles) {
    check(*std::max_element(t.begin(), t.end()) < vertices, ErrorCode::kBadInput,
          "A triangle of the mesh names vertex {} of {}; no {} was written",
          *std::max_element(t.begin(), t.end()), vertices, format);
  }
}

void require_texture_fits(const MeshTexture& texture, const TriangleMesh& mesh,
                          const std::string& format) {
  check(texture.empty() || !mesh.texcoords.empty(), ErrorCode::kBadUsage,
        "The mesh has no places in a texture, so the {} cannot show one", format);
  check(texture.normals.empty() || !texture.base_colour.empty(), ErrorCode::kBadUsage,
        "A normal map needs a base colour beside it; the {} has none", format);
}

TriangleMesh exportable_mesh(const TriangleMesh& mesh, const MeshTexture& texture,
                             const std::string& format) {
  require_exportable(mesh, format);
  require_texture_fits(texture, mesh, format);
  TriangleMesh copy = mesh;
  for (Eigen::Vector3f& n : copy.normals) {
    const float length = n.norm();
    if (std::abs(length - 1) < 1e-4F) continue;  // as exact as the file need be
    n = length > 1e-12F ? Eigen::Vector3f(n / length) : Eigen::Vector3f::UnitZ();
  }
  return copy;
}

void require_same_mesh(const TriangleMesh& read, const TriangleMesh& written,
                       const std::string& format) {
  const bool counts = read.positions.size() == written.positions.size() &&
                      read.normals.size() == written.normals.size() &&
                      read.colours.size() == written.colours.size() &&
                      read.texcoords.size() == written.texcoords.size();
  // Positions pass through another unit, texcoords may be turned over, text keeps six decimals,
  // colours are quantised to 8 bits of sRGB at worst.
  if (!counts || read.triangles != written.triangles ||
      largest_difference(read.positions, written.positions) >= 1e-5F ||
      largest_difference(read.normals, written.normals) >= 1e-6F ||
      largest_difference(read.texcoords, written.texcoords) >= 2e-6F ||
      largest_difference(read.colours, clamped(written.colours)) >= 0.006F) {
    fail_different("mesh", format);
  }
}

void require_same_texture(const MeshTexture& read, const MeshTexture& written,
                          const std::string& format) {
  if (read != written) fail_different("texture", format);
}

}  // namespace portrait
