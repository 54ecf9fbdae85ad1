// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/mesh/triangle_mesh.h"

#include <string>

namespace portrait {

// A picture as an 8-bit RGB PNG in memory: encoded once, then the same bytes in every file.
class PngPicture {
 public:
  PngPicture() = default;  // none
  // 3 channels in [0, 1], clamped and rounded to 8 bits; the PNG is decoded again and compared
  // pixel by pixel. Throws kBadUsage (empty, other channels), kBadInput (a value that is not
  // finite), kIo.
  explicit PngPicture(const Image& image);
  // What a reader found. Throws kCorrupt when it is no RGB PNG.
  static PngPicture of_bytes(std::string png);

  bool empty() const { return bytes_.empty(); }
  int width() const { return width_; }
  int height() const { return height_; }
  const std::string& bytes() const { return bytes_; }
  // 3 channels, multiples of 1/255. Throws kBadUsage when there is none.
  Image image() const;

  friend bool operator==(const PngPicture&, const PngPicture&) = default;

 private:
  std::string bytes_;
  int width_ = 0;
  int height_ = 0;
};

// What lies on the surface, by the mesh's texcoords.
struct MeshTexture {
  PngPicture base_colour{};  // sRGB-encoded
  // Tangent space, linear: 0.5 + 0.5 n, x along growing u, y up the picture, z out of the surface
  // (glTF 2.0, section 3.9.3). Only together with base_colour.
  PngPicture normals{};

  bool empty() const { return base_colour.empty() && normals.empty(); }
  friend bool operator==(const MeshTexture&, const MeshTexture&) = default;
};

struct TexturedMesh {
  TriangleMesh mesh;
  MeshTexture texture;
};

}  // namespace portrait
