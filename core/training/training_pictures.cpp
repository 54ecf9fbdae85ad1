// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/training_pictures.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/pipeline/image_tensor.h"
#include "core/training/portrait_cache.h"
#include "core/training/view_cache.h"

#include <algorithm>
#include <array>

namespace portrait {
namespace fs = std::filesystem;

Tensor bytes_of_image(const Image& image) {
  return tensor_of_image(image).mul(255).round().clamp(0, 255).to(at::kByte);
}

PixelBox subject_box(const Image& matte, int side) {
  const Tensor covered = tensor_of_image(matte)[0] > 0.02;
  const auto range = [&](std::int64_t over, std::int64_t size) -> std::array<std::int64_t, 2> {
    const Tensor places = at::nonzero(covered.any(over)).flatten();
    std::int64_t begin = 0, end = size;
    if (places.numel() > 0) {
      begin = places[0].item<std::int64_t>();
      end = places[-1].item<std::int64_t>() + 1;
    }
    begin = std::clamp<std::int64_t>(std::min(begin, (begin + end - side) / 2), 0, size - side);
    return {begin, std::clamp(end, begin + side, size)};
  };
  const auto [top, bottom] = range(1, matte.height);
  const auto [left, right] = range(0, matte.width);
  return {top, bottom, left, right};
}

std::vector<Tensor> load_portrait_photos(const fs::path& cache, bool held_out) {
  const std::vector<fs::path> files = list_portrait_cache(cache, held_out);
  std::vector<std::vector<Tensor>> of_file(files.size());
  parallel_for(std::int64_t(files.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t f = begin; f < end; ++f) {
      const fs::path& file = files[std::size_t(f)];
      for (int i = 0; i < portraits_in(file); ++i) {
        of_file[std::size_t(f)].push_back(bytes_of_image(read_portrait_photo(file, i)));
      }
    }
  });
  std::vector<Tensor> photos;
  for (auto& some : of_file) photos.insert(photos.end(), some.begin(), some.end());
  return photos;
}

std::vector<Tensor> load_view_pictures(const fs::path& cache, int side) {
  check(side <= ViewCacheFormat::kPx, ErrorCode::kBadUsage,
        "Pieces of {} pixels are larger than the views, {} pixels", side, ViewCacheFormat::kPx);
  const std::vector<fs::path> files = list_view_cache(cache, false);
  std::vector<std::vector<Tensor>> of_file(files.size());
  parallel_for(std::int64_t(files.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t f = begin; f < end; ++f) {
      const ViewCacheFile file(files[std::size_t(f)]);
      for (int view = 0; view < file.views(); ++view) {
        const CachedPicture picture = file.picture(view);
        const auto [top, bottom, left, right] = subject_box(picture.matte, side);
        of_file[std::size_t(f)].push_back(bytes_of_image(picture.rgb)
                                              .slice(1, top, bottom)
                                              .slice(2, left, right)
                                              .contiguous());
      }
    }
  });
  std::vector<Tensor> pictures;
  for (auto& some : of_file) pictures.insert(pictures.end(), some.begin(), some.end());
  return pictures;
}

}  // namespace portrait
