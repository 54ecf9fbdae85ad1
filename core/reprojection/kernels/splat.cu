// SPDX-License-Identifier: Apache-2.0
#include "core/reprojection/kernels/closing.h"
#include "core/reprojection/kernels/splat_cuda.h"
#include "core/reprojection/kernels/splat_point.h"

#include <cuda_runtime.h>

namespace portrait::cuda {
namespace {

constexpr int kBlock = 256;

// One thread to a pixel of a picture.
struct Pixel {
  int x;
  int y;
  std::int64_t at;
};
__device__ bool pixel_of_thread(int width, int height, Pixel& pixel) {
  pixel.at = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (pixel.at >= std::int64_t(width) * height) return false;
  pixel.x = static_cast<int>(pixel.at % width);
  pixel.y = static_cast<int>(pixel.at / width);
  return true;
}
unsigned blocks_over(int width, int height) {
  return static_cast<unsigned>((std::int64_t(width) * height + kBlock - 1) / kBlock);
}

__device__ float void_depth() { return __int_as_float(kVoidBits); }

__device__ double lifted_depth(const SplatGeometry& g, const LiftedMaps& maps, int x, int y) {
  const bool inside = x >= 0 && x < g.source_width && y >= 0 && y < g.source_height;
  return inside ? axis_depth(g, maps, x, y, slope_x(g, x), slope_y(g, y)) : 0.0;
}

__global__ void clear_keys(SplatGeometry g, SplatKey* keys) {
  Pixel p;
  if (pixel_of_thread(g.target_width, g.target_height, p)) keys[p.at] = kNoPoint;
}

__global__ void lift(SplatGeometry g, LiftedMaps maps, SplatKey* keys) {
  Pixel p;
  if (!pixel_of_thread(g.source_width, g.source_height, p)) return;
  const DepthCross z{lifted_depth(g, maps, p.x, p.y), lifted_depth(g, maps, p.x - 1, p.y),
                     lifted_depth(g, maps, p.x + 1, p.y), lifted_depth(g, maps, p.x, p.y - 1),
                     lifted_depth(g, maps, p.x, p.y + 1)};
  const double ax = slope_x(g, p.x);
  const double ay = slope_y(g, p.y);
  if (!keeps_point(g, maps, z, p.x, p.y, ax, ay)) return;
  const Landing landing = land(g, z.here, ax, ay);
  if (landing.pixel < 0) return;
  // The least key wins whatever the order of the threads.
  atomicMin(keys + landing.pixel, splat_key(landing.depth, static_cast<std::int32_t>(p.at)));
}

__global__ void settle(SplatGeometry g, const SplatKey* keys, SplatPlanes planes) {
  Pixel p;
  if (!pixel_of_thread(g.target_width, g.target_height, p)) return;
  planes.source[p.at] = key_source(keys[p.at]);
  planes.depth[p.at] = key_depth(keys[p.at]);
  planes.closing[p.at] = 0;
}

__device__ int least_of(int a, int b) { return a < b ? a : b; }

__device__ SplatLine line_through(const SplatGeometry& g, const Pixel& p, int dx, int dy) {
  const int left = p.x;
  const int right = g.target_width - 1 - p.x;
  const int rows_before = dy == 0 ? 2 : p.y;
  const int rows_after = dy == 0 ? 2 : g.target_height - 1 - p.y;
  const int columns_before = dx == 0 ? 2 : dx > 0 ? left : right;
  const int columns_after = dx == 0 ? 2 : dx > 0 ? right : left;
  return {std::ptrdiff_t(dy) * g.target_width + dx, least_of(rows_before, columns_before),
          least_of(rows_after, columns_after)};
}

__global__ void find_hidden(SplatGeometry g, SplatPlanes planes) {
  Pixel p;
  if (!pixel_of_thread(g.target_width, g.target_height, p) || planes.source[p.at] < 0) return;
  const int steps[4][2] = {{1, 0}, {0, 1}, {1, 1}, {-1, 1}};
  for (const auto& step : steps) {
    const SplatLine line = line_through(g, p, step[0], step[1]);
    if (shines_through(planes.depth + p.at, planes.source + p.at, line, g.source_width,
                       g.same_surface)) {
      planes.closing[p.at] = kHiddenCode;
    }
  }
}

__global__ void drop_hidden(SplatGeometry g, SplatPlanes planes) {
  Pixel p;
  if (!pixel_of_thread(g.target_width, g.target_height, p)) return;
  if (planes.closing[p.at] != kHiddenCode) return;
  planes.source[p.at] = -1;
  planes.depth[p.at] = void_depth();
  planes.closing[p.at] = 0;
}

// The pass of closing whose codes begin with `first`: along columns or along rows.
__global__ void find_gaps(SplatGeometry g, SplatPlanes planes, int first) {
  Pixel p;
  if (!pixel_of_thread(g.target_width, g.target_height, p)) return;
  if (planes.depth[p.at] < void_depth()) return;
  const SplatLine line = line_through(g, p, first == kColumnCode ? 0 : 1, first == kColumnCode);
  const int number = closes(planes.depth + p.at, line, g.same_surface, void_depth());
  if (number >= 0) planes.closing[p.at] = static_cast<std::uint8_t>(first + number);
}

// Gives the pixels of `values` [h,w] that this pass closed their means.
__global__ void fill_gaps(const std::uint8_t* closing, int width, int height, float* values, int first) {
  Pixel p;
  if (!pixel_of_thread(width, height, p)) return;
  const int code = closing[p.at];
  if (code < first || code >= first + kGaps) return;
  const Gap gap = gap_of(code);
  const std::int64_t stride = first == kColumnCode ? width : 1;
  float* at = values + std::int64_t(blockIdx.y) * width * height + p.at;
  *at = across_gap(gap, at[-gap.before * stride], at[gap.after * stride]);
}

__global__ void carry(CarryMap map, int height, const float* image, std::int64_t source_pixels,
                      const float* background, int channels, float* out) {
  Pixel p;
  if (!pixel_of_thread(map.width, height, p)) return;
  const std::int64_t plane = blockIdx.y;
  const std::int32_t source = map.source[p.at];
  float* to = out + plane * map.width * height + p.at;
  if (source >= 0) {
    *to = image[plane * source_pixels + source];
  } else if (background) {
    *to = background[plane % channels];
  }
}

}  // namespace

int make_splat(const SplatGeometry& geometry, const LiftedMaps& maps, SplatKey* keys,
               const SplatPlanes& planes, bool close_holes, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  const SplatGeometry& g = geometry;
  const unsigned to = blocks_over(g.target_width, g.target_height);
  clear_keys<<<to, kBlock, 0, on>>>(g, keys);
  lift<<<blocks_over(g.source_width, g.source_height), kBlock, 0, on>>>(g, maps, keys);
  settle<<<to, kBlock, 0, on>>>(g, keys, planes);
  if (close_holes) {
    find_hidden<<<to, kBlock, 0, on>>>(g, planes);
    drop_hidden<<<to, kBlock, 0, on>>>(g, planes);
    for (const int first : {kRowCode, kColumnCode, kSeamCode}) {
      find_gaps<<<to, kBlock, 0, on>>>(g, planes, first);
      fill_gaps<<<to, kBlock, 0, on>>>(planes.closing, g.target_width, g.target_height,
                                       planes.depth, first);
    }
  }
  return cudaGetLastError();
}

int carry_planes(const CarryMap& map, int height, const float* image, std::int64_t source_pixels,
                 int planes, const float* background, int channels, float* out, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  const dim3 grid(blocks_over(map.width, height), static_cast<unsigned>(planes));
  carry<<<grid, kBlock, 0, on>>>(map, height, image, source_pixels, background, channels, out);
  for (const int first : {kRowCode, kColumnCode, kSeamCode}) {
    fill_gaps<<<grid, kBlock, 0, on>>>(map.closing, map.width, height, out, first);
  }
  return cudaGetLastError();
}

int carry_noise(const CarryMap& map, int height, const float* noise, std::int64_t source_pixels,
                int planes, float* out, void* stream) {
  const dim3 grid(blocks_over(map.width, height), static_cast<unsigned>(planes));
  carry<<<grid, kBlock, 0, static_cast<cudaStream_t>(stream)>>>(map, height, noise, source_pixels,
                                                                nullptr, 1, out);
  return cudaGetLastError();
}

}  // namespace portrait::cuda
