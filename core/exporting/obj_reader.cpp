// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/obj.h"
#include "core/exporting/text_cursor.h"
#include "core/image/colour.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace portrait {
namespace {

template <typename... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  require_usable(ok, "OBJ", format, std::forward<Args>(args)...);
}

// Calls take(number, keyword, rest) for every line that says something.
template <typename Take>
void each_line(std::string_view text, const Take& take) {
  require(text.ends_with('\n'), "its last line is cut off");
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t blank = std::min(line.find(' '), line.size());
    if (!line.empty()) {
      take(number, line.substr(0, blank), line.substr(std::min(blank + 1, line.size())));
    }
  }
}

template <typename Vector>
bool vector_of(TextCursor& cursor, Vector& vector) {
  for (Eigen::Index c = 0; c < vector.size(); ++c) {
    if (!cursor.number(vector[c])) return false;
  }
  return true;
}

class Reader {
 public:
  explicit Reader(const std::string& text) {
    each_line(text, [this](std::size_t number, std::string_view keyword, std::string_view rest) {
      take(number, keyword, rest);
    });
    const std::size_t vertices = mesh.positions.size();
    require(vertices > 0 && !mesh.triangles.empty(), "it holds no triangles");
    require(!counted_ || (vertices == vertices_ && mesh.triangles.size() == triangles_),
            "it announces {} vertices and {} triangles, but {} and {} follow", vertices_,
            triangles_, vertices, mesh.triangles.size());
    for (const std::size_t size :
         {mesh.normals.size(), mesh.colours.size(), mesh.texcoords.size()}) {
      require(size == 0 || size == vertices, "its attributes differ in length");
    }
    for (const auto& t : mesh.triangles) {
      require(*std::max_element(t.begin(), t.end()) < vertices,
              "a face names a vertex beyond its {}", vertices);
    }
  }

  TriangleMesh mesh;
  std::string material;  // name of the MTL; empty: none

 private:
  void take(std::size_t number, std::string_view keyword, std::string_view rest) {
    TextCursor cursor(rest);
    bool good = true;
    if (keyword == "v") {
      good = vector_of(cursor, mesh.positions.emplace_back()) && take_colour(cursor);
    } else if (keyword == "vt") {
      good = vector_of(cursor, mesh.texcoords.emplace_back());
      mesh.texcoords.back().y() = 1 - mesh.texcoords.back().y();
    } else if (keyword == "vn") {
      good = vector_of(cursor, mesh.normals.emplace_back());
    } else if (keyword == "f") {
      good = take_face(cursor);
    } else if (keyword == "mtllib") {
      material = rest;
      require_beside(material, "OBJ");
      return;
    } else if (keyword == "#") {
      if (!counted_) take_counts(cursor);
      return;
    } else {
      check(keyword == "o" || keyword == "usemtl" || keyword == "s", ErrorCode::kUnsupported,
            "An OBJ with \"{}\" in line {} cannot be read", keyword, number);
      return;
    }
    require(good && cursor.at_end(), "line {} is no complete \"{}\"", number, keyword);
  }

  // "# 4 vertices, 4 triangles"; other comments are passed over.
  void take_counts(TextCursor& cursor) {
    counted_ = cursor.number(vertices_) && cursor.word("vertices,") && cursor.number(triangles_) &&
               cursor.word("triangles");
  }

  bool take_colour(TextCursor& cursor) {
    if (cursor.at_end()) return true;
    Eigen::Vector3f& colour = mesh.colours.emplace_back();
    if (!vector_of(cursor, colour)) return false;
    colour = colour.unaryExpr([](float v) { return linear_of_srgb(v); });
    return true;
  }

  bool take_face(TextCursor& cursor) {
    auto& triangle = mesh.triangles.emplace_back();
    for (std::uint32_t& corner : triangle) {
      std::uint32_t number = 0;
      if (!cursor.number(number) || number == 0) return false;
      corner = number - 1;
      // v, v/vt, v//vn or v/vt/vn, as far as the mesh has them.
      if (!mesh.texcoords.empty() && !same_number(cursor, number)) return false;
      if (!mesh.normals.empty()) {
        if (mesh.texcoords.empty() && !cursor.sign('/')) return false;
        if (!same_number(cursor, number)) return false;
      }
    }
    return true;
  }

  static bool same_number(TextCursor& cursor, std::uint32_t number) {
    std::uint32_t other = 0;
    return cursor.sign('/') && cursor.number(other) && other == number;
  }

  bool counted_ = false;
  std::size_t vertices_ = 0;
  std::size_t triangles_ = 0;
};

PngPicture picture_beside(const std::filesystem::path& path, std::string_view name) {
  require_beside(std::string(name), "MTL");
  return PngPicture::of_bytes(read_text_file(path.parent_path() / name));
}

MeshTexture read_material(const std::filesystem::path& path) {
  MeshTexture texture;
  each_line(read_text_file(path),
            [&](std::size_t, std::string_view keyword, std::string_view rest) {
              if (keyword == "map_Kd") texture.base_colour = picture_beside(path, rest);
              if (keyword == "norm") texture.normals = picture_beside(path, rest);
            });
  return texture;
}

}  // namespace

TexturedMesh read_obj(const std::filesystem::path& path, const MeshAxes& axes) {
  Reader reader(read_text_file(path));
  TexturedMesh read{from_file_axes(std::move(reader.mesh), axes), {}};
  if (!reader.material.empty()) read.texture = read_material(path.parent_path() / reader.material);
  return read;
}

}  // namespace portrait
