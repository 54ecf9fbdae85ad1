// SPDX-License-Identifier: Apache-2.0
#include "core/image/read_image.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/cv_bridge.h"
#include "core/image/image_header.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAccepted = "use a JPEG, PNG, WebP or TIFF photo";

void check_header(const ImageHeader& header, const std::string& name, const ReadOptions& options) {
  check(header.format != ImageFormat::kUnknown, ErrorCode::kBadInput,
        "\"{}\" is not a picture that can be read here (its content is none of the four known "
        "formats); {}", name, kAccepted);
  const char* format = format_name(header.format);
  check(header.width > 0 && header.height > 0, ErrorCode::kBadInput,
        "\"{}\" starts like a {} but its header is damaged or cut off; get the file again or {}",
        name, format, kAccepted);
  check(header.width <= options.max_pixels / header.height, ErrorCode::kBadInput,
        "\"{}\" claims {} x {} pixels; at most {} megapixels are read. Make a smaller copy of it",
        name, header.width, header.height, options.max_pixels / 1'000'000);
  check(std::min(header.width, header.height) >= options.min_side, ErrorCode::kBadInput,
        "\"{}\" has {} x {} pixels: too small to make a head from. At least {} on each side are "
        "needed, and 300 for the head alone are advised", name, header.width, header.height,
        options.min_side);
  check(header.complete, ErrorCode::kBadInput,
        "\"{}\" is a {} whose end is missing ({} x {} announced): the file was cut off, perhaps "
        "by an unfinished download. Get the whole file", name, format, header.width,
        header.height);
}

cv::Mat decode(const std::string& bytes, const std::string& name, const ImageHeader& header) {
  const cv::Mat buffer(1, int(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  cv::Mat mat;
  std::string reason = "the decoder gave up";
  try {
    // Unchanged keeps depth and alpha, and leaves the orientation to us at every depth.
    mat = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& problem) {
    reason = problem.err;
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::kOutOfMemory, "There is not enough memory for \"{}\" ({} x {} pixels); make "
         "a smaller copy of it", name, header.width, header.height);
  }
  check(!mat.empty(), ErrorCode::kBadInput, "\"{}\" is a damaged {} ({}); get the file again, or "
        "open it in an image editor and save a copy", name, format_name(header.format), reason);
  return mat;
}

// To float RGB or RGBA in [0, 1].
Image normalise(cv::Mat mat, const std::string& name) {
  double scale = 1;
  switch (mat.depth()) {
    case CV_8U: scale = 1.0 / 255; break;
    case CV_16U: scale = 1.0 / 65535; break;
    case CV_32F: case CV_64F: break;
    default:
      fail(ErrorCode::kBadInput, "\"{}\" stores numbers of a kind that photos do not have; save "
           "it with 8 or 16 bits per channel", name);
  }
  switch (mat.channels()) {
    case 1: cv::cvtColor(mat, mat, cv::COLOR_GRAY2RGB); break;
    case 3: cv::cvtColor(mat, mat, cv::COLOR_BGR2RGB); break;
    case 4: cv::cvtColor(mat, mat, cv::COLOR_BGRA2RGBA); break;
    default:
      fail(ErrorCode::kBadInput, "\"{}\" has {} channels; a photo has 1, 3 or 4", name,
           mat.channels());
  }
  Image image(mat.cols, mat.rows, mat.channels());
  cv::Mat target = mat_view(image);
  mat.convertTo(target, CV_MAKETYPE(CV_32F, mat.channels()), scale);
  if (mat.depth() == CV_32F || mat.depth() == CV_64F) {
    for (float& v : image.pixels) v = std::isfinite(v) ? std::clamp(v, 0.0F, 1.0F) : 0.0F;
  }
  return image;
}

// EXIF 2.32, tag 0x0112: 2 mirrored, 3 upside down, 4 both, 5 to 8 with the axes swapped.
Image upright(const Image& image, int orientation) {
  if (orientation == 1) return image;
  cv::Mat mat = mat_view(image);
  cv::Mat turned;
  switch (orientation) {
    case 2: cv::flip(mat, turned, 1); break;
    case 3: cv::rotate(mat, turned, cv::ROTATE_180); break;
    case 4: cv::flip(mat, turned, 0); break;
    case 5: cv::transpose(mat, turned); break;
    case 6: cv::rotate(mat, turned, cv::ROTATE_90_CLOCKWISE); break;
    case 7: {
      cv::Mat transposed;
      cv::transpose(mat, transposed);
      cv::rotate(transposed, turned, cv::ROTATE_180);
      break;
    }
    case 8: cv::rotate(mat, turned, cv::ROTATE_90_COUNTERCLOCKWISE); break;
    default: return image;
  }
  return image_of(turned);
}

bool fully_opaque(const Image& image) {
  for (std::size_t i = 3; i < image.pixels.size(); i += 4) {
    if (image.pixels[i] < 0.999F) return false;
  }
  return true;
}

}  // namespace

LoadedImage decode_image(const std::string& bytes, const std::string& name,
                         const ReadOptions& options) {
  check(!bytes.empty(), ErrorCode::kBadInput, "\"{}\" is empty (0 bytes); {}", name, kAccepted);
  const ImageHeader header =
      read_image_header({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  check_header(header, name, options);
  cv::Mat mat = decode(bytes, name, header);

  LoadedImage out;
  out.bits = header.bits;
  out.colour = header.cmyk            ? SourceColour::kCmyk
               : header.palette       ? SourceColour::kPalette
               : header.components < 3 ? SourceColour::kGrey
                                      : SourceColour::kRgb;
  out.exif_orientation = header.exif.orientation;
  out.focal_35mm = header.exif.focal_35mm;
  if (out.colour == SourceColour::kCmyk) {
    if (mat.channels() == 3 && header.format == ImageFormat::kJpeg && !header.cmyk_inverted) {
      // The decoder takes the ink for inverted (as Adobe writes it); a file without Adobe's
      // marker is not, so its colours come out wrong and are not guessed at.
      out.warnings.emplace_back("The photo is CMYK without a marker that says how its ink is "
                                "coded; colours may be inverted. Save it as RGB if they are");
    } else {
      out.warnings.emplace_back("The photo is CMYK: its colours were converted without its "
                                "printing profile and may look a little different");
    }
  }
  if (out.colour == SourceColour::kGrey) {
    out.warnings.emplace_back("The photo is grey: the head will be grey too");
  }
  out.image = normalise(std::move(mat), name);
  // OpenCV's TIFF decoder turns the picture itself, with its size; the others do not.
  out.image = upright(out.image, header.format == ImageFormat::kTiff ? 1 : out.exif_orientation);
  if (out.image.channels == 4 && fully_opaque(out.image)) {
    Image rgb(out.image.width, out.image.height, 3);
    for (std::size_t i = 0; i < out.image.pixels.size() / 4; ++i) {
      std::copy_n(out.image.pixels.data() + 4 * i, 3, rgb.pixels.data() + 3 * i);
    }
    out.image = std::move(rgb);
  }
  out.had_alpha = out.image.channels == 4;
  return out;
}

LoadedImage read_image(const fs::path& path, const ReadOptions& options) {
  std::error_code ignored;
  check(fs::exists(path, ignored), ErrorCode::kNotFound, "There is no photo \"{}\"; check the path",
        path.string());
  check(!fs::is_directory(path, ignored), ErrorCode::kBadInput,
        "\"{}\" is a folder; give one photo in it", path.string());
  return decode_image(read_text_file(path), path.filename().string(), options);
}

}  // namespace portrait
