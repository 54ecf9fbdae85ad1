// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

struct Field;

// The head itself, for whoever renders it elsewhere: a safetensors file of fp32 tensors named as in
// Field::parameters() ("planes" [3,D,32,R,R], "decoder.*", "superresolution.*", "detail" where
// there is one). Metadata: "format" = "portrait-field", "version" = "1"; "half_extent" of the cube
// that the planes span; "plane_axes", the world axes along each plane's width and height
// ("xy,yz,zx"); "density" = "softplus(s - 1)", s the decoder's first output; "camera", the frame of
// our pictures: radius, focal length in image widths. Written beside and renamed. Throws kIo.
void write_field(const std::filesystem::path& path, const Field& field);

}  // namespace portrait
