// SPDX-License-Identifier: Apache-2.0
#include "core/session/view_picture_file.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/png_text.h"
#include "core/image/read_image.h"
#include "core/image/resample.h"
#include "core/image/write_image.h"
#include "core/session/picture_viewpoint.h"

#include <algorithm>
#include <span>

namespace portrait {
namespace {

constexpr int kLeastPx = kViewPicturePx / 2;

// Areas averaged. Colours under transparent pixels do not count.
Image reduced(const Image& image, int size) {
  if (image.channels == 3) return resize(image, size, size);
  Image premultiplied = image;
  for (std::size_t i = 0; i < premultiplied.pixels.size(); i += 4) {
    for (std::size_t c = 0; c < 3; ++c) premultiplied.pixels[i + c] *= premultiplied.pixels[i + 3];
  }
  Image small = resize(premultiplied, size, size);
  for (std::size_t i = 0; i < small.pixels.size(); i += 4) {
    const float alpha = std::max(small.pixels[i + 3], 1e-4F);
    for (std::size_t c = 0; c < 3; ++c) small.pixels[i + c] /= alpha;
  }
  return small;
}

}  // namespace

void write_view_picture(const std::filesystem::path& path, const Image& picture,
                        const Viewpoint& viewpoint) {
  check(path.extension() == ".png" || path.extension() == ".PNG", ErrorCode::kBadUsage,
        "Pictures of viewpoints are written as .png, not as \"{}\"", path.filename().string());
  const bool fits = picture.width == kViewPicturePx && picture.height == kViewPicturePx;
  const std::string png =
      encode_png(fits ? picture : resize(picture, kViewPicturePx, kViewPicturePx));
  const std::string where = viewpoint_text(viewpoint);
  // Some paint programs keep a PNG's comment alone.
  const std::string with_text =
      with_png_text(png, {{"Software", "Portrait Studio"},
                          {kViewpointKey, where},
                          {"Comment", std::string(kViewpointComment) + where}});
  write_file(path, std::as_bytes(std::span(with_text)));
}

std::shared_ptr<const ArtistPicture> read_view_picture(const std::filesystem::path& path) {
  const LoadedImage loaded = read_image(path);
  const Image& image = loaded.image;
  const std::string name = path.filename().string();
  check(image.width == image.height, ErrorCode::kBadInput,
        "\"{}\" is {} x {} pixels; a picture of a viewpoint is square, as it was exported. Keep "
        "its frame when you paint on it, and save it again",
        name, image.width, image.height);
  check(image.width >= kLeastPx, ErrorCode::kBadInput,
        "\"{}\" is {} pixels wide; a picture of a viewpoint has {} as it was exported, and at "
        "least {}. Save it again in its full size",
        name, image.width, kViewPicturePx, kLeastPx);
  return ArtistPicture::of(image.width > kViewPicturePx ? reduced(image, kViewPicturePx) : image);
}

}  // namespace portrait
