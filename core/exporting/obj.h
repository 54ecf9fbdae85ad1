// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_axes.h"
#include "core/exporting/mesh_texture.h"

#include <filesystem>
#include <string>

namespace portrait {

struct ObjOptions {
  std::string name = "head";  // of the object and its material; blanks and the like become '_'
  MeshAxes axes = mesh_axes(MeshPreset::kGltf, MeshFormat::kObj);
  // Written beside the OBJ as "<stem>_texture.png" and "<stem>_normals.png", named by "<stem>.mtl"
  // as map_Kd and norm (importers that do not know the latter pass over it).
  MeshTexture texture{};
};

// Wavefront OBJ as text, by default in metres, six decimals: v, vt (v upward: 1 - v of the mesh),
// vn, and faces whose corners name the same number in each. Vertex colours stand behind their
// position as sRGB in [0, 1] ("v x y z r g b", which Blender, MeshLab and others read), and only
// without a texture: some importers multiply the two. A comment counts vertices and triangles, so
// that a shortened file is known. All files are written beside and renamed together, after they
// were read back and compared.
// Throws kBadInput for an empty or non-finite mesh, kBadUsage for a texture without texcoords and
// for axes that cannot be, kIo.
void write_obj(const std::filesystem::path& path, const TriangleMesh& mesh,
               const ObjOptions& options = {});

// Reads what write_obj writes, back into world units and linear colours.
// Throws kNotFound (material and textures too), kCorrupt, kUnsupported.
TexturedMesh read_obj(const std::filesystem::path& path,
                      const MeshAxes& axes = mesh_axes(MeshPreset::kGltf, MeshFormat::kObj));

}  // namespace portrait
