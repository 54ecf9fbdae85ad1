// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <string>

namespace portrait {

// glTF 2.0 measures in metres: 1 world unit = 0.4 m.
inline constexpr float kMetresPerUnit = 0.4F;

// Where a mesh goes, for formats that say neither which unit they use nor which way is up. GLB
// fixes both and USDA states both, so they need none of this.
enum class MeshPreset { kGltf, kBlender, kUnreal, kUnity, kPrint };
enum class MeshFormat { kObj, kPly, kStl };

// Unit and axes of the numbers in a file. The default is glTF's: metres, +Y up, the face looks
// along +Z.
struct MeshAxes {
  float units_per_metre = 1;
  // From the world's axes (+Y up, +Z out of the face, right-handed) to the file's: each row has one
  // 1 or -1. With determinant -1 the file is left-handed and its triangles are wound the other way
  // round in numbers, which keeps them counter-clockwise seen from outside.
  Eigen::Matrix3f file_from_world = Eigen::Matrix3f::Identity();

  float units_per_world_unit() const { return kMetresPerUnit * units_per_metre; }
  bool mirrored() const { return file_from_world.determinant() < 0; }
  // "metres, +Y up, +Z front", for a file's comment.
  std::string text() const;
};

// What the importers of each program take a file's numbers for when nobody changes their settings.
//   kGltf     metres, +Y up, +Z front in every format.
//   kBlender  metres. Its OBJ importer takes +Y for up and turns the mesh; its PLY and STL
//             importers turn nothing, so these two are written as Blender stands: +Z up, front -Y.
//   kUnreal   centimetres. Its OBJ importer takes the numbers for a right-handed +Z-up frame and
//             negates Y to reach the engine's left-handed one; +X is where its characters look.
//   kUnity    metres, +Y up, +Z front. Its OBJ importer negates X to reach the engine's left-handed
//             frame, so the file is not mirrored.
//   kPrint    millimetres, +Z up, front -Y: slicers turn nothing and look along +Y.
// Unreal and Unity read neither PLY nor STL by themselves; plug-ins get what OBJ has.
MeshAxes mesh_axes(MeshPreset preset, MeshFormat format);

// Positions in the file's unit and axes, normals turned along, triangles wound outward. Throws
// kBadUsage for axes that are no signed permutation or a unit that is not positive.
TriangleMesh to_file_axes(TriangleMesh mesh, const MeshAxes& axes);
TriangleMesh from_file_axes(TriangleMesh mesh, const MeshAxes& axes);

}  // namespace portrait
