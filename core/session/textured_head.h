// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/mesh/atlas_report.h"
#include "core/mesh/mesh_report.h"
#include "core/mesh/triangle_mesh.h"
#include "core/session/head_mesh.h"
#include "core/session/mesh_likeness.h"
#include "core/texture/bake_source.h"

#include <optional>
#include <vector>

namespace portrait {

class HeadView;
class Settings;
struct ExportRequest;

// Whether a file that is asked for shows colours: of the meshes all but STL.
bool shows_colours(const ExportRequest& request);

struct HeadMeshOptions {
  HeadSurface surface;
  int triangles = 80000;    // at most; 0: as many as the surface has
  int texture = 2048;       // texels a side; 0: vertex colours alone
  double face_scale = 1.5;  // texels along a line on the face, over those elsewhere
  bool normal_map = false;  // together with a texture alone
  bool coloured = true;     // false: no file shows colours, the shape is all

  // Settings mesh.*; of the request what it says. Without a texture where no file carries one.
  static HeadMeshOptions from(const Settings& settings, const ExportRequest& request);
};

struct TexturedHead {
  TriangleMesh mesh;     // with normals; with texcoords where it has a texture
  bool coloured = true;  // with colours
  MeshReport surface;  // before it was cut open for the texture
  int texture_px = 0;  // texels a side; 0: no texture
  Image colour;        // of the texture, until whoever writes it is done with it
  Image seen;          // 1: the photo's colours, 0: the head's own; as long
  Image normals;       // bake_normal_map(); as long
  bool normal_map = false;  // whether there is one
  AtlasReport atlas;
  double source_pixels_per_texel = 0;  // of the photo, on the face; 0: no photo
  double unseen = 0;                   // share of the texels that no picture shows
  std::vector<MeshLikeness> likeness;  // to the head's own pictures, from four sides
  std::optional<MeshLikeness> photo;   // to the photo, at 2048 px a side at most
};

// A head to a mesh with a texture, in parts of a second or so each (the texture itself takes longer
// beyond 4096 texels): surface, atlas, pictures of the head from all sides, what they and the photo
// make of the texture, how nearly the mesh then looks like them.
class TexturedHeadMaker {
 public:
  // photo: as photo_bake_view() makes it; none: the head's own pictures alone. `head` outlives
  // this.
  TexturedHeadMaker(const HeadView& head, std::optional<BakeView> photo, HeadMeshOptions options);

  void take_surface();  // first; throws as surface_of_head()
  // For a texture, in this order:
  void unwrap();
  int views() const { return int(viewpoints_.size()); }
  void look_from(int view);  // each once
  void bake();
  void compare();
  void bake_normals();  // where has_normal_map()
  bool textured() const { return options_.texture > 0; }
  bool has_normal_map() const { return textured() && options_.normal_map; }
  TexturedHead& result() { return result_; }

 private:
  // What the mesh is compared with.
  struct Kept {
    Camera camera;
    Image picture;
  };
  const HeadView& head_;
  std::optional<BakeView> photo_;
  HeadMeshOptions options_;
  TriangleMesh fine_;  // the surface before it was simplified, for the normal map
  std::vector<Viewpoint> viewpoints_;
  std::vector<BakeSource> sources_;
  std::vector<Kept> kept_;
  TexturedHead result_;
};

}  // namespace portrait
