// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/kernels/splat_geometry.h"

#include <cstdint>

namespace portrait {

// The splat on the processor, on raw pointers, each function on one thread. They run in this
// order, each over all its rows before the next begins; rows of one function at the same time.

// Source rows [begin, end): puts every lifted point's key to its target pixel of keys [h,w], which
// holds the least so far. Calls that share keys must not run at the same time.
void lift_rows(const SplatGeometry& geometry, const LiftedMaps& maps, int begin, int end,
               SplatKey* keys);
// The same without vector instructions.
void lift_rows_plain(const SplatGeometry& geometry, const LiftedMaps& maps, int begin, int end,
                     SplatKey* keys);

// Target rows [begin, end): the least of `sets` arrays of keys [sets,h,w] becomes the winner.
void settle_rows(const SplatGeometry& geometry, const SplatKey* keys, int sets, int begin, int end,
                 const SplatPlanes& planes);

// Marks the winners that shine through a tear; changes `closing` alone.
void find_hidden(const SplatGeometry& geometry, int begin, int end, const SplatPlanes& planes);
// Makes them void, then closes the holes along rows.
void close_rows(const SplatGeometry& geometry, int begin, int end, const SplatPlanes& planes);
// Marks the holes along columns; changes `closing` alone.
void find_column_gaps(const SplatGeometry& geometry, int begin, int end, const SplatPlanes& planes);
// Closes them, then what is left along rows.
void close_columns(const SplatGeometry& geometry, int begin, int end, const SplatPlanes& planes);

// The part of a map that an image is carried over by.
struct CarryMap {
  const std::int32_t* source = nullptr;   // [h,w]
  const std::uint8_t* closing = nullptr;  // [h,w]
  int width = 0;
};

// One channel: image [H,W] -> out [h,w], rows [begin, end): winners, background elsewhere, then
// the holes closed along rows; after that for all rows, those along columns and the seams.
void carry_rows(const CarryMap& map, const float* image, float background, int begin, int end,
                float* out);
void carry_columns(const CarryMap& map, int begin, int end, float* out);

// The transpose of both: gradient of the out of one channel, [h,w], which it changes -> adds to
// that of the image [H,W].
void pull_channel(const CarryMap& map, int height, float* grad_out, float* grad_image);

}  // namespace portrait
