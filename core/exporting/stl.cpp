// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/stl.h"

#include "core/base/files.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/mesh_guard.h"
#include "core/exporting/staged_file.h"

#include <Eigen/Geometry>

#include <cstdint>
#include <cstring>
#include <limits>

namespace portrait {
namespace {

constexpr std::size_t kHeaderBytes = 80;
constexpr std::size_t kTriangleBytes = 50;

void append_vector(std::string& bytes, const Eigen::Vector3f& v) {
  for (int c = 0; c < 3; ++c) append_bytes(bytes, v[c]);
}

// Zero for a triangle without area, as slicers know it.
Eigen::Vector3f normal_of(const Eigen::Vector3f& a, const Eigen::Vector3f& b,
                          const Eigen::Vector3f& c) {
  // In double: the sides of small triangles are differences of close numbers.
  const Eigen::Vector3d cross = (b - a).cast<double>().cross((c - a).cast<double>());
  const double length = cross.norm();
  if (length == 0) return Eigen::Vector3f::Zero();
  return (cross / length).cast<float>();
}

std::string assemble(const TriangleMesh& mesh, const MeshAxes& axes) {
  check(mesh.triangles.size() <= std::numeric_limits<std::uint32_t>::max() / 3,
        ErrorCode::kBadUsage, "{} triangles are too many for an STL; use a coarser grid",
        mesh.triangles.size());
  // The first word must not be "solid": that would make it an ASCII file.
  std::string file = "Portrait Studio, " + axes.text();
  file.resize(kHeaderBytes, ' ');
  file.reserve(kHeaderBytes + 4 + kTriangleBytes * mesh.triangles.size());
  append_bytes(file, std::uint32_t(mesh.triangles.size()));
  for (const auto& t : mesh.triangles) {
    const Eigen::Vector3f& a = mesh.positions[t[0]];
    const Eigen::Vector3f& b = mesh.positions[t[1]];
    const Eigen::Vector3f& c = mesh.positions[t[2]];
    append_vector(file, normal_of(a, b, c));
    append_vector(file, a);
    append_vector(file, b);
    append_vector(file, c);
    append_bytes(file, std::uint16_t{0});
  }
  return file;
}

// The mesh as an STL can hold it.
TriangleMesh without_shared_corners(const TriangleMesh& mesh) {
  TriangleMesh loose;
  for (const auto& t : mesh.triangles) {
    const auto first = std::uint32_t(loose.positions.size());
    for (const std::uint32_t corner : t) loose.positions.push_back(mesh.positions[corner]);
    loose.triangles.push_back({first, first + 1, first + 2});
  }
  return loose;
}

}  // namespace

void write_stl(const std::filesystem::path& path, const TriangleMesh& mesh, const MeshAxes& axes) {
  require_exportable(mesh, "STL");
  const TriangleMesh written = without_shared_corners(mesh);
  write_verified(path, assemble(to_file_axes(written, axes), axes),
                 [&](const std::filesystem::path& staged) {
                   require_same_mesh(read_stl(staged, axes), written, "STL");
                 });
}

TriangleMesh read_stl(const std::filesystem::path& path, const MeshAxes& axes) {
  const std::string file = read_text_file(path);
  check(!file.starts_with("solid"), ErrorCode::kUnsupported, "Only binary STL can be read");
  require_usable(file.size() >= kHeaderBytes + 4, "STL", "it has {} bytes, fewer than its header",
                 file.size());
  std::uint32_t count = 0;
  std::memcpy(&count, file.data() + kHeaderBytes, 4);
  const std::size_t body = file.size() - kHeaderBytes - 4;
  require_usable(count > 0 && body % kTriangleBytes == 0 && body / kTriangleBytes == count, "STL",
                 "its header says {} triangles, but {} bytes follow", count, body);
  TriangleMesh mesh;
  mesh.positions.reserve(3 * std::size_t(count));
  mesh.triangles.reserve(count);
  const char* at = file.data() + kHeaderBytes + 4;
  for (std::uint32_t t = 0; t < count; ++t, at += kTriangleBytes) {
    const auto first = std::uint32_t(mesh.positions.size());
    for (std::size_t corner = 1; corner <= 3; ++corner) {
      Eigen::Vector3f& p = mesh.positions.emplace_back();
      std::memcpy(p.data(), at + 12 * corner, 12);
      require_usable(p.allFinite(), "STL", "triangle {} is not finite", t);
    }
    mesh.triangles.push_back({first, first + 1, first + 2});
  }
  mesh = from_file_axes(std::move(mesh), axes);
  return axes.mirrored() ? without_shared_corners(mesh) : mesh;  // corners in order again
}

}  // namespace portrait
