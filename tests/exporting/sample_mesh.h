// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_texture.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

// A tetrahedron with normals and one colour per corner.
inline TriangleMesh sample_mesh() {
  TriangleMesh mesh;
  mesh.positions = {{-0.4F, -0.25F, 0.1F}, {0.3F, -0.2F, 0.1F}, {0, 0.45F, 0}, {0, 0, 0.5F}};
  mesh.triangles = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}};
  mesh.colours = {{1, 0, 0}, {0, 0.5F, 0}, {0, 0, 0.2F}, {0.03F, 0.04F, 0.9F}};
  compute_normals(mesh);
  return mesh;
}

// The same with a place in a texture for each corner.
inline TriangleMesh textured_sample_mesh() {
  TriangleMesh mesh = sample_mesh();
  mesh.texcoords = {{0, 0.25F}, {1, 0.125F}, {0.5F, 1}, {0.3F, 0.7F}};
  return mesh;
}

// A picture of which no two pixels are alike, with values beyond [0, 1] in one corner.
inline Image sample_picture(int width, int height) {
  Image image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y)[0] = float(x + 0.3F) / float(width);
      image.at(x, y)[1] = float(y + 0.6F) / float(height);
      image.at(x, y)[2] = 0.1F;
    }
  }
  image.at(0, 0)[2] = -2;
  image.at(width - 1, 0)[2] = 2;
  return image;
}

inline MeshTexture sample_texture() {
  return {PngPicture(sample_picture(8, 4)), PngPicture(sample_picture(4, 4))};
}

}  // namespace portrait
