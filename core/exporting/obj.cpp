// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/obj.h"

#include "core/base/error.h"
#include "core/exporting/mesh_guard.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/staged_files.h"
#include "core/image/colour.h"

#include <algorithm>
#include <iterator>

namespace portrait {
namespace {

// Names of the files beside the OBJ; empty: there is none.
struct Companions {
  std::string material;
  std::string base_colour;
  std::string normals;
};

Companions companions_of(const std::filesystem::path& path, const MeshTexture& texture) {
  Companions names;
  if (texture.empty()) return names;
  names.material = companion_name(path, ".mtl");
  names.base_colour = companion_name(path, "_texture.png");
  if (!texture.normals.empty()) names.normals = companion_name(path, "_normals.png");
  return names;
}

std::string material_text(const std::string& name, const Companions& companions) {
  // Ka and Ks of zero: the picture is all there is to see.
  std::string text = fmt::format(
      "# Portrait Studio\nnewmtl {}\nKa 0 0 0\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd {}\n", name,
      companions.base_colour);
  if (!companions.normals.empty()) text += fmt::format("norm {}\n", companions.normals);
  return text;
}

float encoded(float linear) {
  return srgb_of_linear(std::clamp(linear, 0.0F, 1.0F));
}

void append_vertices(std::string& text, const TriangleMesh& mesh) {
  auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const Eigen::Vector3f& p = mesh.positions[i];
    fmt::format_to(out, "v {:.6f} {:.6f} {:.6f}", p.x(), p.y(), p.z());
    if (!mesh.colours.empty()) {
      const Eigen::Vector3f& c = mesh.colours[i];
      fmt::format_to(out, " {:.4f} {:.4f} {:.4f}", encoded(c.x()), encoded(c.y()), encoded(c.z()));
    }
    text += '\n';
  }
  for (const Eigen::Vector2f& place : mesh.texcoords) {
    fmt::format_to(out, "vt {:.6f} {:.6f}\n", place.x(), 1 - place.y());
  }
  for (const Eigen::Vector3f& n : mesh.normals) {
    fmt::format_to(out, "vn {:.6f} {:.6f} {:.6f}\n", n.x(), n.y(), n.z());
  }
}

void append_faces(std::string& text, const TriangleMesh& mesh) {
  auto out = std::back_inserter(text);
  for (const auto& t : mesh.triangles) {
    text += 'f';
    for (const std::uint32_t corner : t) {
      const std::uint64_t number = std::uint64_t{corner} + 1;  // OBJ counts from 1
      fmt::format_to(out, " {}", number);
      if (!mesh.texcoords.empty()) fmt::format_to(out, "/{}", number);
      if (!mesh.normals.empty()) {
        fmt::format_to(out, "{}{}", mesh.texcoords.empty() ? "//" : "/", number);
      }
    }
    text += '\n';
  }
}

std::string assemble(const TriangleMesh& mesh, const ObjOptions& options,
                     const Companions& companions) {
  const std::string name = plain_name(options.name);
  std::string text = fmt::format("# Portrait Studio, {}\n# {} vertices, {} triangles\n",
                                 options.axes.text(), mesh.positions.size(), mesh.triangles.size());
  if (!companions.material.empty()) text += fmt::format("mtllib {}\n", companions.material);
  text += fmt::format("o {}\n", name);
  append_vertices(text, mesh);
  if (!companions.material.empty()) text += fmt::format("usemtl {}\n", name);
  text += "s 1\n";  // one smoothing group: importers that ignore vn shade smoothly too
  append_faces(text, mesh);
  return text;
}

}  // namespace

void write_obj(const std::filesystem::path& path, const TriangleMesh& mesh,
               const ObjOptions& options) {
  TriangleMesh written = exportable_mesh(mesh, options.texture, "OBJ");
  if (!options.texture.empty()) written.colours.clear();
  const Companions names = companions_of(path, options.texture);
  std::vector<NamedBytes> companions;
  if (!names.material.empty()) {
    companions.push_back({names.base_colour, options.texture.base_colour.bytes()});
    if (!names.normals.empty()) {
      companions.push_back({names.normals, options.texture.normals.bytes()});
    }
    companions.push_back({names.material, material_text(plain_name(options.name), names)});
  }
  const std::string text = assemble(to_file_axes(written, options.axes), options, names);
  write_verified_together(path, text, companions, [&](const std::filesystem::path& staged) {
    const TexturedMesh read = read_obj(staged, options.axes);
    require_same_mesh(read.mesh, written, "OBJ");
    require_same_texture(read.texture, options.texture, "OBJ");
  });
}

}  // namespace portrait
