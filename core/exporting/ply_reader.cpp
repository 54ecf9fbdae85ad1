// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/ply.h"
#include "core/image/colour.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <utility>

namespace portrait {
namespace {

template <typename... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  require_usable(ok, "PLY", format, std::forward<Args>(args)...);
}

// Which of our properties a header declares, and where the data begins.
struct Header {
  std::size_t vertices = 0;
  std::size_t faces = 0;
  bool normals = false;
  bool texcoords = false;
  bool colours = false;
  std::string picture{};  // name of the texture's file; empty: none
  std::size_t data = 0;

  std::size_t vertex_bytes() const {
    return 12U + (normals ? 12U : 0U) + (texcoords ? 16U : 0U) + (colours ? 3U : 0U);
  }
};

constexpr std::size_t kFaceBytes = 1 + 3 * 4;

// Takes the properties from a text like "vertex;float x;...;face;...".
void take_layout(Header& header, const std::string& layout) {
  header.normals = layout.find("float nx") != std::string::npos;
  header.texcoords = layout.find("float s;") != std::string::npos;
  header.colours = layout.find("uchar red") != std::string::npos;
  const std::string expected =
      std::string("vertex;float x;float y;float z;") +
      (header.normals ? "float nx;float ny;float nz;" : "") +
      (header.texcoords ? "float s;float t;float texture_u;float texture_v;" : "") +
      (header.colours ? "uchar red;uchar green;uchar blue;" : "") +
      "face;list uchar int vertex_indices;";
  check(layout == expected, ErrorCode::kUnsupported,
        "A PLY with the properties \"{}\" cannot be read", layout);
}

Header parse_header(const std::string& file) {
  const std::string last = "end_header\n";
  const std::size_t end = file.find(last);
  require(file.starts_with("ply\n") && end != std::string::npos, "its header is missing");
  Header header;
  header.data = end + last.size();
  std::istringstream lines(file.substr(0, end));
  std::string layout;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    words >> first >> second;
    if (first == "format") {
      check(second == "binary_little_endian", ErrorCode::kUnsupported,
            "Only binary little-endian PLY can be read, found {}", second);
    } else if (first == "element") {
      words >> (second == "vertex" ? header.vertices : header.faces);
      layout += second + ';';
    } else if (first == "property") {
      layout += line.substr(9) + ';';
    } else if (first == "comment" && second == "TextureFile") {
      words >> header.picture;
      require_beside(header.picture, "PLY");
    }
  }
  take_layout(header, layout);
  const std::size_t body = file.size() - header.data;
  require(header.vertices <= body / header.vertex_bytes() && header.faces <= body / kFaceBytes &&
              header.vertices * header.vertex_bytes() + header.faces * kFaceBytes == body,
          "its header says {} vertices and {} faces, but {} bytes follow", header.vertices,
          header.faces, body);
  return header;
}

TriangleMesh parse_body(const std::string& file, const Header& header) {
  const char* at = file.data() + header.data;
  TriangleMesh mesh;
  const auto read_vector = [&at](auto& values) {
    auto& value = values.emplace_back();
    std::memcpy(value.data(), at, sizeof value);
    require(value.allFinite(), "vertex {} is not finite", values.size() - 1);
    at += sizeof value;
  };
  for (std::size_t v = 0; v < header.vertices; ++v) {
    read_vector(mesh.positions);
    if (header.normals) read_vector(mesh.normals);
    if (header.texcoords) {
      require(std::equal(at, at + 8, at + 8), "vertex {} has two places in the texture", v);
      read_vector(mesh.texcoords);
      mesh.texcoords.back().y() = 1 - mesh.texcoords.back().y();
      at += 8;
    }
    if (header.colours) {
      Eigen::Vector3f& colour = mesh.colours.emplace_back();
      for (int c = 0; c < 3; ++c) {
        colour[c] = linear_of_srgb(float(static_cast<unsigned char>(*at++)) / 255);
      }
    }
  }
  for (std::size_t f = 0; f < header.faces; ++f) {
    require(*at++ == 3, "face {} is no triangle", f);
    auto& triangle = mesh.triangles.emplace_back();
    std::memcpy(triangle.data(), at, 12);
    at += 12;
    require(*std::max_element(triangle.begin(), triangle.end()) < header.vertices,
            "face {} names a vertex beyond {}", f, header.vertices);
  }
  return mesh;
}

}  // namespace

TexturedMesh read_textured_ply(const std::filesystem::path& path, const MeshAxes& axes) {
  const std::string file = read_text_file(path);
  const Header header = parse_header(file);
  TexturedMesh read{from_file_axes(parse_body(file, header), axes), {}};
  if (!header.picture.empty()) {
    read.texture.base_colour =
        PngPicture::of_bytes(read_text_file(path.parent_path() / header.picture));
  }
  return read;
}

TriangleMesh read_ply(const std::filesystem::path& path, const MeshAxes& axes) {
  const std::string file = read_text_file(path);
  return from_file_axes(parse_body(file, parse_header(file)), axes);
}

}  // namespace portrait
