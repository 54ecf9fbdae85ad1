// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/ply.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/glb.h"
#include "core/exporting/mesh_guard.h"
#include "core/exporting/staged_file.h"
#include "core/image/colour.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

namespace portrait {
namespace {

template <typename Value>
void append(std::string& bytes, const Value& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) {
    fail(ErrorCode::kCorrupt, "Not a usable PLY: {}; export it again",
         fmt::format(format, std::forward<Args>(args)...));
  }
}

std::string header_of(const TriangleMesh& mesh) {
  std::ostringstream text;
  text << "ply\nformat binary_little_endian 1.0\ncomment Portrait Studio, metres, +Y up\n"
       << "element vertex " << mesh.positions.size()
       << "\nproperty float x\nproperty float y\nproperty float z\n";
  if (!mesh.normals.empty()) {
    text << "property float nx\nproperty float ny\nproperty float nz\n";
  }
  if (!mesh.colours.empty()) {
    text << "property uchar red\nproperty uchar green\nproperty uchar blue\n";
  }
  text << "element face " << mesh.triangles.size()
       << "\nproperty list uchar int vertex_indices\nend_header\n";
  return text.str();
}

std::uint8_t encoded(float linear) {
  return std::uint8_t(std::lround(255 * srgb_of_linear(std::clamp(linear, 0.0F, 1.0F))));
}

// Which of our properties a header declares, and where the data begins.
struct Header {
  std::size_t vertices = 0;
  std::size_t faces = 0;
  bool normals = false;
  bool colours = false;
  std::size_t data = 0;

  std::size_t vertex_bytes() const { return 12U + (normals ? 12U : 0U) + (colours ? 3U : 0U); }
};

constexpr std::size_t kFaceBytes = 1 + 3 * 4;

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
    }
  }
  header.normals = layout.find("float nx") != std::string::npos;
  header.colours = layout.find("uchar red") != std::string::npos;
  const std::string expected = std::string("vertex;float x;float y;float z;") +
                               (header.normals ? "float nx;float ny;float nz;" : "") +
                               (header.colours ? "uchar red;uchar green;uchar blue;" : "") +
                               "face;list uchar int vertex_indices;";
  check(layout == expected, ErrorCode::kUnsupported,
        "A PLY with the properties \"{}\" cannot be read", layout);
  const std::size_t body = file.size() - header.data;
  require(header.vertices <= body / header.vertex_bytes() && header.faces <= body / kFaceBytes &&
              header.vertices * header.vertex_bytes() + header.faces * kFaceBytes == body,
          "its header says {} vertices and {} faces, but {} bytes follow", header.vertices,
          header.faces, body);
  return header;
}

}  // namespace

void write_ply(const std::filesystem::path& path, const TriangleMesh& mesh) {
  require_exportable(mesh, "PLY");
  std::string file = header_of(mesh);
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    for (int c = 0; c < 3; ++c) append(file, mesh.positions[v][c] * kMetresPerUnit);
    if (!mesh.normals.empty())
      file.append(reinterpret_cast<const char*>(mesh.normals[v].data()), 12);
    if (!mesh.colours.empty()) {
      for (int c = 0; c < 3; ++c) append(file, encoded(mesh.colours[v][c]));
    }
  }
  for (const auto& t : mesh.triangles) {
    append(file, std::uint8_t{3});
    append(file, t);
  }
  write_verified(path, file, [&](const std::filesystem::path& staged) {
    require_same_mesh(read_ply(staged), mesh, "PLY");
  });
}

TriangleMesh read_ply(const std::filesystem::path& path) {
  const std::string file = read_text_file(path);
  const Header header = parse_header(file);
  const char* at = file.data() + header.data;
  TriangleMesh mesh;
  const auto read_vector = [&at](std::vector<Eigen::Vector3f>& values) {
    Eigen::Vector3f& value = values.emplace_back();
    std::memcpy(value.data(), at, 12);
    require(value.allFinite(), "vertex {} is not finite", values.size() - 1);
    at += 12;
  };
  for (std::size_t v = 0; v < header.vertices; ++v) {
    read_vector(mesh.positions);
    mesh.positions.back() /= kMetresPerUnit;
    if (header.normals) read_vector(mesh.normals);
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

}  // namespace portrait
