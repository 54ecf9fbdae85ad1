// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/byte_string.h"
#include "core/exporting/mesh_axes.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/text_cursor.h"
#include "core/exporting/usda.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace portrait {
namespace {

template <typename... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  require_usable(ok, "USDA", format, std::forward<Args>(args)...);
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {
    require(text_.starts_with("#usda 1.0\n"), "it does not begin with \"#usda 1.0\"");
    require(text_.ends_with("}\n") && count('{') == count('}') && count('[') == count(']'),
            "its end is missing");
    check(has("metersPerUnit = 1\n") && has("upAxis = \"Y\"\n") &&
              has("subdivisionScheme = \"none\"\n"),
          ErrorCode::kUnsupported, "Only USDA of polygons in metres with +Y up can be read");
  }

  TriangleMesh mesh() const {
    TriangleMesh mesh;
    mesh.positions = tuples<Eigen::Vector3f>("point3f[] points");
    mesh.normals = tuples<Eigen::Vector3f>("normal3f[] normals");
    mesh.colours = tuples<Eigen::Vector3f>("color3f[] primvars:displayColor");
    mesh.texcoords = tuples<Eigen::Vector2f>("texCoord2f[] primvars:st");
    for (Eigen::Vector2f& place : mesh.texcoords) place.y() = 1 - place.y();
    const std::size_t vertices = mesh.positions.size();
    require(vertices > 0, "it holds no points");
    for (const std::size_t size :
         {mesh.normals.size(), mesh.colours.size(), mesh.texcoords.size()}) {
      require(size == 0 || size == vertices, "its attributes differ in length");
    }
    mesh.triangles = triangles(vertices);
    check_extent(mesh.positions);
    return mesh;
  }

  // The file that a shader names; empty: there is no such shader.
  std::string picture(std::string_view shader) const {
    const std::size_t at = text_.find(fmt::format("def Shader \"{}\"\n", shader));
    if (at == std::string_view::npos) return {};
    constexpr std::string_view kFile = "asset inputs:file = @./";
    const std::size_t begin = text_.find(kFile, at);
    require(begin != std::string_view::npos, "the shader \"{}\" names no file", shader);
    const std::size_t end = text_.find('@', begin + kFile.size());
    require(end != std::string_view::npos, "the file of the shader \"{}\" is cut off", shader);
    const std::size_t first = begin + kFile.size();
    return std::string(text_.substr(first, end - first));
  }

 private:
  bool has(std::string_view part) const { return text_.find(part) != std::string_view::npos; }
  std::ptrdiff_t count(char c) const { return std::count(text_.begin(), text_.end(), c); }

  // Calls take(cursor) for every value of an array. Absent arrays have none.
  template <typename Take>
  void each_value(std::string_view declaration, const Take& take) const {
    const std::size_t at = text_.find(fmt::format(" {} = [", declaration));
    if (at == std::string_view::npos) return;
    TextCursor cursor(text_.substr(text_.find('[', at + declaration.size()) + 1));
    for (std::size_t i = 0; !cursor.sign(']'); ++i) {
      require((i == 0 || cursor.sign(',')) && take(cursor), "value {} of \"{}\" is damaged", i,
              declaration);
    }
  }

  template <typename Vector>
  std::vector<Vector> tuples(std::string_view declaration) const {
    std::vector<Vector> values;
    each_value(declaration, [&values](TextCursor& cursor) {
      Vector& value = values.emplace_back();
      for (Eigen::Index c = 0; c < value.size(); ++c) {
        if (!cursor.sign(c == 0 ? '(' : ',') || !cursor.number(value[c])) return false;
      }
      return cursor.sign(')');
    });
    return values;
  }

  template <typename Value>
  std::vector<Value> numbers(std::string_view declaration) const {
    std::vector<Value> values;
    each_value(declaration,
               [&values](TextCursor& cursor) { return cursor.number(values.emplace_back()); });
    return values;
  }

  std::vector<std::array<std::uint32_t, 3>> triangles(std::size_t vertices) const {
    const auto corners = numbers<int>("int[] faceVertexCounts");
    const auto indices = numbers<std::uint32_t>("int[] faceVertexIndices");
    require(!corners.empty() && indices.size() == 3 * corners.size(),
            "{} faces with {} corners make no triangles", corners.size(), indices.size());
    require(std::all_of(corners.begin(), corners.end(), [](int n) { return n == 3; }),
            "a face is no triangle");
    std::vector<std::array<std::uint32_t, 3>> triangles(corners.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
      require(indices[i] < vertices, "a face names point {} of {}", indices[i], vertices);
      triangles[i / 3][i % 3] = indices[i];
    }
    return triangles;
  }

  void check_extent(const std::vector<Eigen::Vector3f>& points) const {
    Eigen::Vector3f low = points.front();
    Eigen::Vector3f high = low;
    for (const Eigen::Vector3f& p : points) {
      low = low.cwiseMin(p);
      high = high.cwiseMax(p);
    }
    const auto extent = tuples<Eigen::Vector3f>("float3[] extent");
    require(extent.size() == 2 && extent[0] == low && extent[1] == high,
            "its stated extent differs from its points");
  }

  std::string_view text_;
};

PngPicture picture_beside(const std::filesystem::path& path, const std::string& name) {
  if (name.empty()) return {};
  require_beside(name, "USDA");
  return PngPicture::of_bytes(read_text_file(path.parent_path() / name));
}

}  // namespace

TexturedMesh read_usda(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  const Reader reader(text);
  return {from_file_axes(reader.mesh(), {}),
          {picture_beside(path, reader.picture("base_colour")),
           picture_beside(path, reader.picture("normals"))}};
}

}  // namespace portrait
