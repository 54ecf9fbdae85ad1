// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/mesh_axes.h"

#include "core/base/error.h"

#include <Eigen/LU>

#include <cmath>
#include <utility>

namespace portrait {
namespace {

void require_valid(const MeshAxes& axes) {
  const Eigen::Matrix3f square = axes.file_from_world.cwiseAbs2();
  const bool permutation = (square.array() == 0 || square.array() == 1).all() &&
                           square.rowwise().sum() == Eigen::Vector3f::Ones() &&
                           square.colwise().sum() == Eigen::RowVector3f::Ones();
  check(permutation, ErrorCode::kBadUsage,
        "The axes of a mesh file must be those of the world, exchanged or turned round");
  check(std::isfinite(axes.units_per_metre) && axes.units_per_metre > 0, ErrorCode::kBadUsage,
        "A mesh file needs a positive number of units per metre, found {}", axes.units_per_metre);
}

TriangleMesh mapped(TriangleMesh mesh, const Eigen::Matrix3f& turn, float scale, bool mirrored) {
  for (Eigen::Vector3f& p : mesh.positions) p = turn * p * scale;
  for (Eigen::Vector3f& n : mesh.normals) n = turn * n;
  if (mirrored) {
    for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
  }
  return mesh;
}

// Which axis of the file a world axis lies along: "+Z".
std::string axis_text(const Eigen::Vector3f& direction) {
  for (int a = 0; a < 3; ++a) {
    if (direction[a] != 0) return fmt::format("{}{}", direction[a] > 0 ? '+' : '-', "XYZ"[a]);
  }
  return "none";
}

Eigen::Matrix3f rows(const Eigen::Vector3f& x, const Eigen::Vector3f& y, const Eigen::Vector3f& z) {
  Eigen::Matrix3f matrix;
  matrix << x.transpose(), y.transpose(), z.transpose();
  return matrix;
}

}  // namespace

std::string MeshAxes::text() const {
  std::string unit = fmt::format("{} units per metre", units_per_metre);
  if (units_per_metre == 1) unit = "metres";
  if (units_per_metre == 100) unit = "centimetres";
  if (units_per_metre == 1000) unit = "millimetres";
  return fmt::format("{}, {} up, {} front", unit, axis_text(file_from_world.col(1)),
                     axis_text(file_from_world.col(2)));
}

MeshAxes mesh_axes(MeshPreset preset, MeshFormat format) {
  const Eigen::Vector3f x = Eigen::Vector3f::UnitX();
  const Eigen::Vector3f y = Eigen::Vector3f::UnitY();
  const Eigen::Vector3f z = Eigen::Vector3f::UnitZ();
  switch (preset) {
    case MeshPreset::kGltf:
    case MeshPreset::kUnity:
      return {};
    case MeshPreset::kBlender:
      return format == MeshFormat::kObj ? MeshAxes{} : MeshAxes{1, rows(x, -z, y)};
    case MeshPreset::kUnreal:
      return {100, rows(z, x, y)};
    case MeshPreset::kPrint:
      return {1000, rows(x, -z, y)};
  }
  fail(ErrorCode::kInternal, "There is no preset {} for meshes", int(preset));
}

TriangleMesh to_file_axes(TriangleMesh mesh, const MeshAxes& axes) {
  require_valid(axes);
  return mapped(std::move(mesh), axes.file_from_world, axes.units_per_world_unit(),
                axes.mirrored());
}

TriangleMesh from_file_axes(TriangleMesh mesh, const MeshAxes& axes) {
  require_valid(axes);
  return mapped(std::move(mesh), axes.file_from_world.transpose(), 1 / axes.units_per_world_unit(),
                axes.mirrored());
}

}  // namespace portrait
