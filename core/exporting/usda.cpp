// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/usda.h"

#include "core/base/error.h"
#include "core/exporting/mesh_axes.h"
#include "core/exporting/mesh_guard.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/staged_files.h"

#include <iterator>

namespace portrait {
namespace {

// Where in the text the names of the pictures stand; empty: there is none.
struct Pictures {
  std::string base_colour;
  std::string normals;
};

template <typename Vector>
void append_tuple(std::string& text, const Vector& v) {
  for (Eigen::Index c = 0; c < v.size(); ++c) {
    fmt::format_to(std::back_inserter(text), "{}{}", c == 0 ? '(' : ' ', v[c]);
    text += c + 1 == v.size() ? ')' : ',';
  }
}

template <typename Vector>
void append_array(std::string& text, const char* declaration, const std::vector<Vector>& values,
                  const char* end) {
  text += fmt::format("        {} = [", declaration);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ", ";
    append_tuple(text, values[i]);
  }
  text += end;
}

constexpr const char* kPerVertex = "] (\n            interpolation = \"vertex\"\n        )\n";

void append_topology(std::string& text, const TriangleMesh& mesh) {
  text += "        int[] faceVertexCounts = [";
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) text += t > 0 ? ", 3" : "3";
  text += "]\n        int[] faceVertexIndices = [";
  const char* between = "";
  for (const auto& t : mesh.triangles) {
    fmt::format_to(std::back_inserter(text), "{}{}, {}, {}", between, t[0], t[1], t[2]);
    between = ", ";
  }
  text += "]\n";
}

void append_mesh(std::string& text, const TriangleMesh& mesh, const std::string& material) {
  Eigen::Vector3f low = mesh.positions.front();
  Eigen::Vector3f high = low;
  for (const Eigen::Vector3f& p : mesh.positions) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  text += fmt::format(
      "    def Mesh \"surface\"{}\n    {{\n",
      material.empty() ? "" : " (\n        prepend apiSchemas = [\"MaterialBindingAPI\"]\n    )");
  append_array(text, "float3[] extent", std::vector<Eigen::Vector3f>{low, high}, "]\n");
  append_topology(text, mesh);
  if (!material.empty()) text += fmt::format("        rel material:binding = <{}>\n", material);
  if (!mesh.normals.empty()) append_array(text, "normal3f[] normals", mesh.normals, kPerVertex);
  text += "        uniform token orientation = \"rightHanded\"\n";
  append_array(text, "point3f[] points", mesh.positions, "]\n");
  if (!mesh.colours.empty()) {
    append_array(text, "color3f[] primvars:displayColor", mesh.colours, kPerVertex);
  }
  if (!mesh.texcoords.empty()) {
    std::vector<Eigen::Vector2f> upward = mesh.texcoords;
    for (Eigen::Vector2f& place : upward) place.y() = 1 - place.y();
    append_array(text, "texCoord2f[] primvars:st", upward, kPerVertex);
  }
  text += "        uniform token subdivisionScheme = \"none\"\n    }\n";
}

// A UsdUVTexture; `more` holds the lines that differ from one use to the other.
void append_picture(std::string& text, const char* shader, const std::string& file,
                    const std::string& material, const char* more) {
  text += fmt::format(
      "\n        def Shader \"{}\"\n        {{\n"
      "            uniform token info:id = \"UsdUVTexture\"\n"
      "            asset inputs:file = @./{}@\n"
      "{}"
      "            float2 inputs:st.connect = <{}/places.outputs:result>\n"
      "            token inputs:wrapS = \"clamp\"\n"
      "            token inputs:wrapT = \"clamp\"\n"
      "            float3 outputs:rgb\n"
      "        }}\n",
      shader, file, more, material);
}

void append_material(std::string& text, const std::string& material, const Pictures& pictures) {
  text += fmt::format(
      "\n    def Material \"material\"\n    {{\n"
      "        token outputs:surface.connect = <{0}/preview.outputs:surface>\n\n"
      "        def Shader \"preview\"\n        {{\n"
      "            uniform token info:id = \"UsdPreviewSurface\"\n"
      "            color3f inputs:diffuseColor.connect = <{0}/base_colour.outputs:rgb>\n"
      "            float inputs:metallic = 0\n"
      "{1}"
      "            float inputs:roughness = 1\n"
      "            token outputs:surface\n"
      "        }}\n\n"
      "        def Shader \"places\"\n        {{\n"
      "            uniform token info:id = \"UsdPrimvarReader_float2\"\n"
      "            string inputs:varname = \"st\"\n"
      "            float2 outputs:result\n"
      "        }}\n",
      material,
      pictures.normals.empty()
          ? ""
          : fmt::format("            normal3f inputs:normal.connect = <{}/normals.outputs:rgb>\n",
                        material));
  append_picture(text, "base_colour", pictures.base_colour, material,
                 "            token inputs:sourceColorSpace = \"sRGB\"\n");
  if (!pictures.normals.empty()) {
    // UsdPreviewSurface wants the normal itself, the picture holds 0.5 + 0.5 n.
    append_picture(text, "normals", pictures.normals, material,
                   "            float4 inputs:bias = (-1, -1, -1, 0)\n"
                   "            float4 inputs:scale = (2, 2, 2, 1)\n"
                   "            token inputs:sourceColorSpace = \"raw\"\n");
  }
  text += "    }\n";
}

std::string assemble(const TriangleMesh& mesh, const std::string& name, const Pictures& pictures) {
  std::string text = fmt::format(
      "#usda 1.0\n(\n    defaultPrim = \"{0}\"\n    doc = \"Portrait Studio\"\n"
      "    metersPerUnit = 1\n    upAxis = \"Y\"\n)\n\n"
      "def Xform \"{0}\" (\n    kind = \"component\"\n)\n{{\n",
      name);
  const bool textured = !pictures.base_colour.empty();
  const std::string material = fmt::format("/{}/material", name);
  append_mesh(text, mesh, textured ? material : "");
  if (textured) append_material(text, material, pictures);
  return text + "}\n";
}

}  // namespace

void write_usda(const std::filesystem::path& path, const TriangleMesh& mesh,
                const UsdaOptions& options) {
  TriangleMesh written = exportable_mesh(mesh, options.texture, "USDA");
  const MeshTexture& texture = options.texture;
  if (!texture.empty()) written.colours.clear();
  Pictures pictures;
  std::vector<NamedBytes> companions;
  if (!texture.base_colour.empty()) {
    pictures.base_colour = companion_name(path, "_texture.png");
    companions.push_back({pictures.base_colour, texture.base_colour.bytes()});
  }
  if (!texture.normals.empty()) {
    pictures.normals = companion_name(path, "_normals.png");
    companions.push_back({pictures.normals, texture.normals.bytes()});
  }
  const std::string text = assemble(to_file_axes(written, {}), identifier(options.name), pictures);
  write_verified_together(path, text, companions, [&](const std::filesystem::path& staged) {
    const TexturedMesh read = read_usda(staged);
    require_same_mesh(read.mesh, written, "USDA");
    require_same_texture(read.texture, texture, "USDA");
  });
}

}  // namespace portrait
