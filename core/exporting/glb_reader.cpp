// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/glb.h"
#include "core/exporting/glb_layout.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace portrait {
namespace {

using nlohmann::json;

template <typename... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  require_usable(ok, "GLB", format, std::forward<Args>(args)...);
}

std::uint32_t word_at(const std::string& file, std::size_t offset) {
  require(offset + 4 <= file.size(), "it ends at byte {}", file.size());
  std::uint32_t word = 0;
  std::memcpy(&word, file.data() + offset, 4);
  return word;
}

struct Chunk {
  std::size_t offset;
  std::size_t length;
};

Chunk chunk_at(const std::string& file, std::size_t offset, std::uint32_t type) {
  const std::size_t length = word_at(file, offset);
  require(word_at(file, offset + 4) == type, "an unexpected chunk at byte {}", offset);
  require(length % 4 == 0, "a chunk of {} bytes is not padded to four", length);
  require(length <= file.size() - offset - kGlbChunkHeaderBytes,
          "a chunk of {} bytes runs over the end of the file", length);
  return {offset + kGlbChunkHeaderBytes, length};
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : file_(read_text_file(path)) {
    require(word_at(file_, 0) == kGlbMagic, "it does not begin with \"glTF\"");
    require(word_at(file_, 4) == 2, "its version is {} instead of 2", word_at(file_, 4));
    require(word_at(file_, 8) == file_.size(), "its header says {} bytes, the file has {}",
            word_at(file_, 8), file_.size());
    const Chunk text = chunk_at(file_, kGlbHeaderBytes, kGlbJsonChunk);
    root_ = json::parse(file_.begin() + std::ptrdiff_t(text.offset),
                        file_.begin() + std::ptrdiff_t(text.offset + text.length), nullptr, false);
    require(root_.is_object(), "its JSON chunk cannot be parsed");
    binary_ = chunk_at(file_, text.offset + text.length, kGlbBinaryChunk);
    require(binary_.offset + binary_.length == file_.size(), "bytes follow the binary chunk");
    require(root_.at("buffers").at(0).at("byteLength").get<std::size_t>() <= binary_.length,
            "its buffer is longer than the binary chunk");
  }

  TriangleMesh mesh() const {
    check(root_.at("meshes").size() == 1 && root_.at("meshes")[0].at("primitives").size() == 1,
          ErrorCode::kUnsupported, "Only a GLB with one mesh of one primitive can be read");
    const json& primitive = root_["meshes"][0]["primitives"][0];
    require(primitive.value("mode", kGltfTriangles) == kGltfTriangles, "it holds no triangles");
    const json& attributes = primitive.at("attributes");
    TriangleMesh mesh;
    mesh.positions = vectors<Eigen::Vector3f>(attributes.at("POSITION"), "VEC3");
    check_bounds(attributes.at("POSITION"), mesh.positions);
    for (Eigen::Vector3f& p : mesh.positions) p /= kMetresPerUnit;
    if (attributes.contains("NORMAL")) {
      mesh.normals = vectors<Eigen::Vector3f>(attributes.at("NORMAL"), "VEC3");
    }
    if (attributes.contains("TEXCOORD_0")) {
      mesh.texcoords = vectors<Eigen::Vector2f>(attributes.at("TEXCOORD_0"), "VEC2");
    }
    if (attributes.contains("TANGENT")) check_tangents(attributes.at("TANGENT"), mesh.normals);
    if (attributes.contains("COLOR_0")) mesh.colours = colours(attributes.at("COLOR_0"));
    mesh.triangles = triangles(primitive.at("indices"), mesh.positions.size());
    for (const std::size_t size :
         {mesh.normals.size(), mesh.colours.size(), mesh.texcoords.size()}) {
      require(size == 0 || size == mesh.positions.size(), "its attributes differ in length");
    }
    return mesh;
  }

  MeshTexture texture() const {
    const json& primitive = root_.at("meshes").at(0).at("primitives").at(0);
    const json& material = root_.at("materials").at(primitive.at("material").get<std::size_t>());
    MeshTexture texture;
    const json& surface = material.at("pbrMetallicRoughness");
    if (surface.contains("baseColorTexture")) {
      texture.base_colour = picture(surface.at("baseColorTexture"));
    }
    if (material.contains("normalTexture")) {
      texture.normals = picture(material.at("normalTexture"));
    }
    require(texture.empty() || primitive.at("attributes").contains("TEXCOORD_0"),
            "it has a texture but no places in it");
    return texture;
  }

 private:
  PngPicture picture(const json& use) const {
    const json& texture = root_.at("textures").at(use.at("index").get<std::size_t>());
    const json& image = root_.at("images").at(texture.at("source").get<std::size_t>());
    check(image.at("mimeType") == "image/png", ErrorCode::kUnsupported,
          "Only PNG textures of a GLB can be read, found {}", image.at("mimeType").dump());
    const Chunk bytes = view(image.at("bufferView"));
    return PngPicture::of_bytes(file_.substr(bytes.offset, bytes.length));
  }

  // Where a buffer view lies in the file, after checking that it lies in the buffer.
  Chunk view(const json& number) const {
    const json& view = root_.at("bufferViews").at(number.get<std::size_t>());
    check(!view.contains("byteStride"), ErrorCode::kUnsupported,
          "Interleaved GLB attributes cannot be read");
    const auto offset = view.at("byteOffset").get<std::size_t>();
    const auto length = view.at("byteLength").get<std::size_t>();
    require(offset % 4 == 0 && offset <= binary_.length && length <= binary_.length - offset,
            "a buffer view lies outside the buffer");
    return {binary_.offset + offset, length};
  }

  // Start of the accessor's elements, after checking that they lie in the buffer.
  const char* elements(const json& number, int component, const char* type, std::size_t bytes_each,
                       std::size_t& count) const {
    const json& accessor = root_.at("accessors").at(number.get<std::size_t>());
    check(accessor.at("componentType") == component && accessor.at("type") == type,
          ErrorCode::kUnsupported,
          "A GLB attribute of component type {} and type {} was expected, found {} and {}",
          component, type, accessor.at("componentType").dump(), accessor.at("type").dump());
    const Chunk bytes = view(accessor.at("bufferView"));
    count = accessor.at("count").get<std::size_t>();
    require(count > 0 && count <= bytes.length / bytes_each, "an accessor lies outside its view");
    return file_.data() + bytes.offset;
  }

  template <typename Vector>
  std::vector<Vector> vectors(const json& number, const char* type) const {
    std::size_t count = 0;
    const char* from = elements(number, kGltfFloat, type, sizeof(Vector), count);
    std::vector<Vector> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(values[i].data(), from + sizeof(Vector) * i, sizeof(Vector));
      require(values[i].allFinite(), "vertex {} is not finite", i);
    }
    return values;
  }

  std::vector<Eigen::Vector3f> colours(const json& number) const {
    std::size_t count = 0;
    const char* from = elements(number, kGltfUnsignedShort, "VEC4", 8, count);
    require(root_["accessors"][number.get<std::size_t>()].value("normalized", false),
            "its colours are not normalised");
    std::vector<Eigen::Vector3f> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::array<std::uint16_t, 4> rgba{};
      std::memcpy(rgba.data(), from + 8 * i, 8);
      values[i] = Eigen::Vector3f(rgba[0], rgba[1], rgba[2]) / 65535.0F;
    }
    return values;
  }

  std::vector<std::array<std::uint32_t, 3>> triangles(const json& number,
                                                      std::size_t vertices) const {
    std::size_t count = 0;
    const char* from = elements(number, kGltfUnsignedInt, "SCALAR", 4, count);
    require(count % 3 == 0, "{} indices make no whole triangles", count);
    std::vector<std::array<std::uint32_t, 3>> values(count / 3);
    std::memcpy(values.data(), from, count * 4);
    for (const auto& t : values) {
      require(*std::max_element(t.begin(), t.end()) < vertices,
              "an index points beyond its {} vertices", vertices);
    }
    return values;
  }

  // Nothing that a mesh holds: they follow from the rest.
  void check_tangents(const json& number, const std::vector<Eigen::Vector3f>& normals) const {
    const auto tangents = vectors<Eigen::Vector4f>(number, "VEC4");
    require(tangents.size() == normals.size(), "it has {} tangents for {} normals", tangents.size(),
            normals.size());
    for (std::size_t i = 0; i < tangents.size(); ++i) {
      const Eigen::Vector3f t = tangents[i].head<3>();
      require(std::abs(t.norm() - 1) < 1e-3F && std::abs(t.dot(normals[i])) < 1e-3F &&
                  std::abs(tangents[i].w()) == 1,
              "tangent {} does not fit its normal", i);
    }
  }

  void check_bounds(const json& number, const std::vector<Eigen::Vector3f>& positions) const {
    Eigen::Vector3f low = positions.front();
    Eigen::Vector3f high = low;
    for (const Eigen::Vector3f& p : positions) {
      low = low.cwiseMin(p);
      high = high.cwiseMax(p);
    }
    const json& accessor = root_["accessors"][number.get<std::size_t>()];
    for (int c = 0; c < 3; ++c) {
      require(accessor.at("min").at(c).get<float>() == low[c] &&
                  accessor.at("max").at(c).get<float>() == high[c],
              "its stated bounds differ from its positions");
    }
  }

  std::string file_;
  json root_;
  Chunk binary_{};
};

}  // namespace

TexturedMesh read_textured_glb(const std::filesystem::path& path) {
  try {
    const Reader reader(path);
    return {reader.mesh(), reader.texture()};
  } catch (const json::exception& problem) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("Not a usable GLB: {}; export it again", problem.what()),
                path.string());
  }
}

TriangleMesh read_glb(const std::filesystem::path& path) {
  return read_textured_glb(path).mesh;
}

}  // namespace portrait
