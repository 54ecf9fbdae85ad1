// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/glb.h"

#include "core/base/error.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/glb_layout.h"
#include "core/exporting/mesh_guard.h"
#include "core/exporting/staged_file.h"
#include "core/mesh/tangents.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>

namespace portrait {
namespace {

using nlohmann::json;

// The binary chunk and the JSON arrays that describe it.
class BufferBuilder {
 public:
  // Adds a view of the bytes that `fill` appends; returns its number.
  template <typename Fill>
  int add_view(const Fill& fill) {
    while (bytes.size() % 4 != 0) bytes.push_back('\0');
    const std::size_t offset = bytes.size();
    fill(bytes);
    views.push_back({{"buffer", 0}, {"byteOffset", offset}, {"byteLength", bytes.size() - offset}});
    return int(views.size()) - 1;
  }

  // Adds an accessor over the bytes that `fill` appends; returns its number.
  template <typename Fill>
  int add(std::size_t count, int component, const char* type, int target, const Fill& fill) {
    const int view = add_view(fill);
    views[view]["target"] = target;
    accessors.push_back(
        {{"bufferView", view}, {"componentType", component}, {"count", count}, {"type", type}});
    return int(accessors.size()) - 1;
  }

  std::string bytes;
  json views = json::array();
  json accessors = json::array();
};

json vector_json(const Eigen::Vector3f& v) {
  return {v.x(), v.y(), v.z()};
}

int add_vectors(BufferBuilder& buffer, const std::vector<Eigen::Vector3f>& values, float scale) {
  Eigen::Vector3f low = values.front() * scale;
  Eigen::Vector3f high = low;
  const int accessor =
      buffer.add(values.size(), kGltfFloat, "VEC3", kGltfArrayBuffer, [&](std::string& bytes) {
        for (const Eigen::Vector3f& value : values) {
          const Eigen::Vector3f v = value * scale;
          low = low.cwiseMin(v);
          high = high.cwiseMax(v);
          for (int c = 0; c < 3; ++c) append_bytes(bytes, v[c]);
        }
      });
  buffer.accessors[accessor]["min"] = vector_json(low);
  buffer.accessors[accessor]["max"] = vector_json(high);
  return accessor;
}

int add_colours(BufferBuilder& buffer, const std::vector<Eigen::Vector3f>& colours) {
  // Four components: three of u16 would break the four-byte alignment of vertex attributes.
  const int accessor = buffer.add(colours.size(), kGltfUnsignedShort, "VEC4", kGltfArrayBuffer,
                                  [&](std::string& bytes) {
                                    for (const Eigen::Vector3f& colour : colours) {
                                      for (int c = 0; c < 3; ++c) {
                                        const float v = std::clamp(colour[c], 0.0F, 1.0F);
                                        append_bytes(bytes, std::uint16_t(std::lround(v * 65535)));
                                      }
                                      append_bytes(bytes, std::uint16_t{65535});
                                    }
                                  });
  buffer.accessors[accessor]["normalized"] = true;
  return accessor;
}

// Texcoords ("VEC2") or tangents ("VEC4").
template <typename Vector>
int add_floats(BufferBuilder& buffer, const std::vector<Vector>& values, const char* type) {
  return buffer.add(values.size(), kGltfFloat, type, kGltfArrayBuffer, [&](std::string& bytes) {
    for (const Vector& value : values) {
      for (Eigen::Index c = 0; c < value.size(); ++c) append_bytes(bytes, value[c]);
    }
  });
}

// Adds a picture to the binary chunk and to the root; returns the number of its texture.
std::size_t add_picture(BufferBuilder& buffer, json& root, const PngPicture& picture,
                        const char* name) {
  // A view of a picture has no target: it is no vertex data (section 5.11.5).
  const int view = buffer.add_view([&](std::string& bytes) { bytes += picture.bytes(); });
  root["images"].push_back({{"bufferView", view}, {"mimeType", "image/png"}, {"name", name}});
  root["samplers"] = {{{"magFilter", kGltfLinear},
                       {"minFilter", kGltfLinearMipmapLinear},
                       {"wrapS", kGltfClampToEdge},
                       {"wrapT", kGltfClampToEdge}}};
  root["textures"].push_back({{"sampler", 0}, {"source", root["images"].size() - 1}});
  return root["textures"].size() - 1;
}

json material_json(bool unlit) {
  json material = {{"name", "head"},
                   {"pbrMetallicRoughness",
                    {{"baseColorFactor", {1.0, 1.0, 1.0, 1.0}},
                     {"metallicFactor", 0.0},
                     {"roughnessFactor", 1.0}}}};
  if (unlit) material["extensions"]["KHR_materials_unlit"] = json::object();
  return material;
}

json asset_json(const GlbOptions& options) {
  json asset = {{"version", "2.0"}, {"generator", "Portrait Studio"}};
  if (options.extras_json.empty()) return asset;
  json extras = json::parse(options.extras_json, nullptr, false);
  check(extras.is_object(), ErrorCode::kBadUsage,
        "The extras of a GLB must be a JSON object, found \"{}\"", options.extras_json);
  asset["extras"] = std::move(extras);
  return asset;
}

json root_json(BufferBuilder& buffer, const TriangleMesh& mesh, const GlbOptions& options) {
  json attributes;
  attributes["POSITION"] = add_vectors(buffer, mesh.positions, kMetresPerUnit);
  if (!mesh.normals.empty()) attributes["NORMAL"] = add_vectors(buffer, mesh.normals, 1.0F);
  if (!mesh.texcoords.empty()) {
    attributes["TEXCOORD_0"] = add_floats(buffer, mesh.texcoords, "VEC2");
  }
  if (!options.texture.normals.empty() && !mesh.normals.empty()) {
    attributes["TANGENT"] = add_floats(buffer, vertex_tangents(mesh), "VEC4");
  }
  if (!mesh.colours.empty()) attributes["COLOR_0"] = add_colours(buffer, mesh.colours);
  const int indices = buffer.add(mesh.triangles.size() * 3, kGltfUnsignedInt, "SCALAR",
                                 kGltfElementArrayBuffer, [&](std::string& bytes) {
                                   for (const auto& t : mesh.triangles) append_bytes(bytes, t);
                                 });
  json root = {{"asset", asset_json(options)},
               {"scene", 0},
               {"scenes", {{{"nodes", {0}}}}},
               {"nodes", {{{"mesh", 0}, {"name", options.name}}}},
               {"meshes",
                {{{"name", options.name},
                  {"primitives",
                   {{{"attributes", attributes},
                     {"indices", indices},
                     {"material", 0},
                     {"mode", kGltfTriangles}}}}}}}};
  json material = material_json(options.unlit);
  const MeshTexture& texture = options.texture;
  if (!texture.base_colour.empty()) {
    material["pbrMetallicRoughness"]["baseColorTexture"]["index"] =
        add_picture(buffer, root, texture.base_colour, "base colour");
  }
  if (!texture.normals.empty()) {
    material["normalTexture"]["index"] = add_picture(buffer, root, texture.normals, "normals");
  }
  while (buffer.bytes.size() % 4 != 0) buffer.bytes.push_back('\0');
  root["materials"] = {material};
  root["buffers"] = {{{"byteLength", buffer.bytes.size()}}};
  root["bufferViews"] = buffer.views;
  root["accessors"] = buffer.accessors;
  if (options.unlit) root["extensionsUsed"] = {"KHR_materials_unlit"};
  return root;
}

std::string assemble(const TriangleMesh& mesh, const GlbOptions& options) {
  BufferBuilder buffer;
  const json root = root_json(buffer, mesh, options);
  std::string text = root.dump();
  while (text.size() % 4 != 0) text.push_back(' ');

  const std::size_t total =
      kGlbHeaderBytes + 2 * kGlbChunkHeaderBytes + text.size() + buffer.bytes.size();
  check(total <= 0xFFFFFFFFU, ErrorCode::kBadUsage,
        "The mesh needs {} bytes, more than the 4 GiB a GLB can hold; use a coarser grid", total);
  std::string file;
  file.reserve(total);
  append_bytes(file, kGlbMagic);
  append_bytes(file, std::uint32_t{2});
  append_bytes(file, std::uint32_t(total));
  append_bytes(file, std::uint32_t(text.size()));
  append_bytes(file, kGlbJsonChunk);
  file += text;
  append_bytes(file, std::uint32_t(buffer.bytes.size()));
  append_bytes(file, kGlbBinaryChunk);
  file += buffer.bytes;
  return file;
}

}  // namespace

void write_glb(const std::filesystem::path& path, const TriangleMesh& mesh,
               const GlbOptions& options) {
  TriangleMesh written = exportable_mesh(mesh, options.texture, "GLB");
  GlbOptions used = options;
  if (options.unlit) used.texture.normals = {};
  // Nothing that the material does not look at.
  if (used.texture.empty()) {
    written.texcoords.clear();
  } else {
    written.colours.clear();
  }
  write_verified(path, assemble(written, used), [&](const std::filesystem::path& staged) {
    const TexturedMesh read = read_textured_glb(staged);
    require_same_mesh(read.mesh, written, "GLB");
    require_same_texture(read.texture, used.texture, "GLB");
  });
}

}  // namespace portrait
