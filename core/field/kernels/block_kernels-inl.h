// SPDX-License-Identifier: Apache-2.0
// Points of a grid; included once per instruction set.
#if defined(PORTRAIT_BLOCK_KERNELS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_BLOCK_KERNELS_INL_H
#undef PORTRAIT_BLOCK_KERNELS_INL_H
#else
#define PORTRAIT_BLOCK_KERNELS_INL_H
#endif

#include "core/field/kernels/point_kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// Points of one plane's table: those of the block's side that lies in the plane.
constexpr int kTablePoints = kBlockSide * kBlockSide;

// Where a point lies along a plane's normal: the slice in front of it, counted from the table's
// first, and the share of the one behind.
struct SlicePlace {
  int front;
  float second;
};

// Shares of the hidden layer's inputs, by plane, slice and the plane's two coordinates.
struct BlockScratch {
  Points points;
  Taps taps;
  std::vector<float, LineAllocator<float>> tables;  // [3][slices][kTablePoints][64]
  HWY_ALIGN float features[kTablePoints * kFieldChannels];
  HWY_ALIGN float weight_colour[3][kHiddenUnits];
  SlicePlace slices[3][kBlockSide];  // of a plane, by the coordinate along its normal
};

// Returns how many slices the table needs; the places along the normal count from `first`.
HWY_INLINE int place_slices(const PlaneLayout& layout, const float* along, int count,
                            SlicePlace* places, int& first) {
  first = 0;
  if (layout.depth == 1) {
    std::fill_n(places, count, SlicePlace{0, 0});
    return 1;
  }
  int last = 0;
  first = layout.depth;
  for (int i = 0; i < count; ++i) {
    const float place = (along[i] * float(0.5 / layout.frame.half_extent) + 0.5F) *
                            float(layout.depth) - 0.5F;
    const float held = std::clamp(place, 0.0F, float(layout.depth - 1));
    places[i].front = std::min(int(held), layout.depth - 2);
    places[i].second = held - float(places[i].front);
    first = std::min(first, places[i].front);
    last = std::max(last, places[i].front);
  }
  for (int i = 0; i < count; ++i) places[i].front -= first;
  return last - first + 2;
}

HWY_INLINE float* table_of(BlockScratch& s, const PlaneLayout& layout, int plane, int slice) {
  return s.tables.data() +
         (std::size_t(plane) * layout.depth + slice) * kTablePoints * kHiddenUnits;
}

HWY_INLINE void fill_table(const FieldView& field, int plane, const PointBlock& block,
                           BlockScratch& s) {
  const PlaneLayout& layout = field.layout;
  const PlaneAxes axes = layout.frame.planes[std::size_t(plane)];
  const int width = block.size[axes.width_axis];
  const int height = block.size[axes.height_axis];
  const int normal = axes.normal_axis();
  int first;
  const int slices =
      place_slices(layout, block.at[normal], block.size[normal], s.slices[plane], first);
  const int count = width * height;
  for (int i = 0; i < count; ++i) {
    s.points.at[axes.width_axis][i] = block.at[axes.width_axis][i % width];
    s.points.at[axes.height_axis][i] = block.at[axes.height_axis][i / width];
    s.points.at[normal][i] = 0;
  }
  find_taps(layout, plane, s.points, count, s.taps);
  const std::size_t row = std::size_t(layout.width) * kFieldChannels;
  const std::size_t slice_floats = row * layout.height;
  for (int slice = 0; slice < slices; ++slice) {
    const float* from = field.planes + plane * layout.plane_floats() +
                        std::size_t(first + slice) * slice_floats;
    for (int i = 0; i < count; ++i) {
      Vector sum[kChannelVectors];
      for (int j = 0; j < kChannelVectors; ++j) sum[j] = hn::Zero(Floats());
      // Of the taps only the place within a slice counts: each slice has a table of its own.
      add_texels(from + s.taps.offset[i] % std::int32_t(slice_floats), row, s.taps, i, 1, sum);
      for (int j = 0; j < kChannelVectors; ++j) {
        store(sum[j], s.features + i * kFieldChannels + j * kLanes);
      }
    }
    product<kHiddenUnits>(s.features, count, kFieldChannels, field.decoder.w0,
                          plane == 0 ? field.decoder.b0 : nullptr,
                          table_of(s, layout, plane, slice), Unchanged());
  }
}

// One point's entries in a plane's table.
struct TablePlace {
  const float* front;
  const float* back;
  float second;
};

HWY_INLINE TablePlace table_place(const PlaneLayout& layout, const PointBlock& block, int plane,
                                  const int (&index)[3], BlockScratch& s) {
  const PlaneAxes axes = layout.frame.planes[std::size_t(plane)];
  const int point = index[axes.height_axis] * block.size[axes.width_axis] + index[axes.width_axis];
  const SlicePlace slice = s.slices[plane][index[axes.normal_axis()]];
  const float* front =
      table_of(s, layout, plane, slice.front) + std::size_t(point) * kHiddenUnits;
  const float* back = slice.second > 0 ? front + std::size_t(kTablePoints) * kHiddenUnits : front;
  return {front, back, slice.second};
}

// Density and, where asked for, the three colours before their sigmoid.
template <bool kColours>
HWY_INLINE void evaluate_point(const DecoderView& w, const TablePlace (&places)[3], bool slices,
                               const BlockScratch& s, float* raw, float* rgb) {
  Vector density = hn::Zero(Floats());
  Vector colour[3] = {density, density, density};
  for (int j = 0; j < kHiddenUnits; j += 2 * int(kLanes)) {
    const auto part = [&](const TablePlace& place, int at) HWY_ATTR {
      const Vector front = load(place.front + at);
      if (!slices) return front;
      return hn::MulAdd(all(place.second), hn::Sub(load(place.back + at), front), front);
    };
    const Vectors<2> hidden = softplus_of(each<2>([&](int n) HWY_ATTR {
      const int at = j + n * int(kLanes);
      return hn::Add(hn::Add(part(places[0], at), part(places[1], at)), part(places[2], at));
    }));
    for (int n = 0; n < 2; ++n) {
      const int at = j + n * int(kLanes);
      density = hn::MulAdd(hidden.at[n], load(w.w_density + at), density);
      if constexpr (kColours) {
        for (int k = 0; k < 3; ++k) {
          colour[k] = hn::MulAdd(hidden.at[n], load(s.weight_colour[k] + at), colour[k]);
        }
      }
    }
  }
  *raw = *w.b_density + hn::GetLane(hn::SumOfLanes(Floats(), density));
  if constexpr (kColours) {
    for (int k = 0; k < 3; ++k) {
      rgb[k] = w.b_colour[k] + hn::GetLane(hn::SumOfLanes(Floats(), colour[k]));
    }
  }
}

inline void evaluate_block_some(const FieldView& field, const PointBlock& block,
                                const std::uint8_t* wanted, float* raw, float* rgb) {
  thread_local const auto scratch = std::make_unique<BlockScratch>();
  BlockScratch& s = *scratch;
  const PlaneLayout& layout = field.layout;
  const DecoderView& w = field.decoder;
  s.tables.resize(std::size_t(3) * layout.depth * kTablePoints * kHiddenUnits);
  for (int plane = 0; plane < 3; ++plane) fill_table(field, plane, block, s);
  for (int unit = 0; unit < kHiddenUnits; ++unit) {
    for (int k = 0; k < 3; ++k) s.weight_colour[k][unit] = w.w_colour[unit * kFieldChannels + k];
  }
  std::size_t point = 0;
  int index[3];
  for (index[2] = 0; index[2] < block.size[2]; ++index[2]) {
    for (index[1] = 0; index[1] < block.size[1]; ++index[1]) {
      for (index[0] = 0; index[0] < block.size[0]; ++index[0], ++point) {
        if (wanted && !wanted[point]) continue;
        const TablePlace places[3] = {table_place(layout, block, 0, index, s),
                                      table_place(layout, block, 1, index, s),
                                      table_place(layout, block, 2, index, s)};
        if (rgb) {
          evaluate_point<true>(w, places, layout.depth > 1, s, raw + point, rgb + 3 * point);
        } else {
          evaluate_point<false>(w, places, layout.depth > 1, s, raw + point, nullptr);
        }
      }
    }
  }
  if (!rgb) return;
  const Vector range = all(w.colour_high - w.colour_low);
  const Vector low = all(w.colour_low);
  map_floats(rgb, 3 * block.count(), rgb, [=](Vector x) HWY_ATTR {
    return hn::Add(hn::Div(range, hn::Add(exp_of(hn::Neg(x)), all(1.0F))), low);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
