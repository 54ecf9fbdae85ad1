// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/ply.h"

#include "core/base/error.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/mesh_guard.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/staged_files.h"
#include "core/image/colour.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace portrait {
namespace {

std::string header_of(const TriangleMesh& mesh, const MeshAxes& axes, const std::string& picture) {
  std::string text = fmt::format(
      "ply\nformat binary_little_endian 1.0\ncomment Portrait Studio, {}\n", axes.text());
  if (!picture.empty()) text += fmt::format("comment TextureFile {}\n", picture);
  text += fmt::format("element vertex {}\nproperty float x\nproperty float y\nproperty float z\n",
                      mesh.positions.size());
  if (!mesh.normals.empty()) {
    text += "property float nx\nproperty float ny\nproperty float nz\n";
  }
  if (!mesh.texcoords.empty()) {
    text +=
        "property float s\nproperty float t\nproperty float texture_u\nproperty float texture_v\n";
  }
  if (!mesh.colours.empty()) {
    text += "property uchar red\nproperty uchar green\nproperty uchar blue\n";
  }
  text += fmt::format("element face {}\nproperty list uchar int vertex_indices\nend_header\n",
                      mesh.triangles.size());
  return text;
}

std::uint8_t encoded(float linear) {
  return std::uint8_t(std::lround(255 * srgb_of_linear(std::clamp(linear, 0.0F, 1.0F))));
}

void append_vector(std::string& file, const Eigen::Vector3f& v) {
  for (int c = 0; c < 3; ++c) append_bytes(file, v[c]);
}

std::string assemble(const TriangleMesh& mesh, const MeshAxes& axes, const std::string& picture) {
  std::string file = header_of(mesh, axes, picture);
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    append_vector(file, mesh.positions[v]);
    if (!mesh.normals.empty()) append_vector(file, mesh.normals[v]);
    if (!mesh.texcoords.empty()) {
      for (int pair = 0; pair < 2; ++pair) {
        append_bytes(file, mesh.texcoords[v].x());
        append_bytes(file, 1 - mesh.texcoords[v].y());
      }
    }
    if (!mesh.colours.empty()) {
      for (int c = 0; c < 3; ++c) append_bytes(file, encoded(mesh.colours[v][c]));
    }
  }
  for (const auto& t : mesh.triangles) {
    append_bytes(file, std::uint8_t{3});
    append_bytes(file, t);
  }
  return file;
}

}  // namespace

void write_ply(const std::filesystem::path& path, const TriangleMesh& mesh,
               const PlyOptions& options) {
  const TriangleMesh written = exportable_mesh(mesh, options.texture, "PLY");
  const MeshTexture texture{options.texture.base_colour, {}};
  std::vector<NamedBytes> companions;
  if (!texture.empty()) {
    companions.push_back({companion_name(path, "_texture.png"), texture.base_colour.bytes()});
  }
  const std::string file = assemble(to_file_axes(written, options.axes), options.axes,
                                    companions.empty() ? "" : companions.front().name);
  write_verified_together(path, file, companions, [&](const std::filesystem::path& staged) {
    const TexturedMesh read = read_textured_ply(staged, options.axes);
    require_same_mesh(read.mesh, written, "PLY");
    require_same_texture(read.texture, texture, "PLY");
  });
}

}  // namespace portrait
