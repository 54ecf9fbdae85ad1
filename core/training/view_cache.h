// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace portrait {

// Subjects seen from all sides by our rig, for the diffusion networks: one safetensors file per
// subject ("views_000123.safetensors", held-out subjects "heldout_000123..."). Over grey 0.5, under
// the subject's own lights, which stand still round the head, without highlights: all views agree,
// and agree with what the prior is trained to show. Views 0 to 12 are the standard viewpoints in
// the order of standard_viewpoint_rig(), each a little off (azimuth +-8, elevation +-6 degrees);
// the others stand anywhere (elevation within +-30).
//   rgb_I      U8 [bytes]  JPEG, 512 x 512: the subject over grey
//   matte_I    U8 [bytes]  PNG, 512 x 512, one channel: its coverage
//   depth_I    U8 [bytes]  PNG, 256 x 256, 16 bits, one channel, see ViewCacheFormat
//   normals_I  U8 [bytes]  JPEG, 256 x 256: (n + 1) / 2, n in the camera's axes (x right, y down,
//                          z forward) and turned to it; 0.5 where empty
//   cameras    F32 [V, 16]  camera_tensor of each view
// and photos as the prior is given them, crops of draw_crop_camera() with highlights, cut out:
//   identity_rgb_K    U8 [bytes]  JPEG, 512 x 512: over grey
//   identity_matte_K  U8 [bytes]  PNG, one channel
//   identity_cameras  F32 [K, 16]
// About 1.2 MB a subject.
struct ViewCacheFormat {
  static constexpr int kPx = 512;          // pictures and mattes
  static constexpr int kGeometryPx = 256;  // depths and normals
  static constexpr int kStandardViews = 13;
  static constexpr int kViews = 16;
  static constexpr int kIdentities = 2;
  // Stored value v > 0: distance along the pixel's ray = kDepthOffset + v * kDepthStep world units;
  // 0 = empty. The step is 0.1 mm.
  static constexpr double kDepthOffset = 1.5;
  static constexpr double kDepthStep = 1.0 / 4096;
};

struct ViewCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int first = 0;
  int count = 400;  // subjects
  bool held_out = false;
  std::uint64_t seed = 1;
};

// Draws the subjects that the folder lacks. Throws kNotFound (assets), kIo.
void fill_view_cache(const ViewCacheOptions& options,
                     const std::function<void(int done, int of)>& progress,
                     std::stop_token stop = {});

// Files in the order of their numbers; empty when there is no such folder.
std::vector<std::filesystem::path> list_view_cache(const std::filesystem::path& folder,
                                                   bool held_out);

// Where the views of a subject stand, those of its file.
std::vector<Viewpoint> draw_view_points(const ViewCacheOptions& options, int subject);

struct CachedPicture {
  Image rgb;    // 512 x 512 x 3, over grey 0.5
  Image matte;  // 512 x 512 x 1
  std::array<float, 16> camera{};  // camera_tensor
};

struct CachedGeometry {
  Image depth;    // 256 x 256 x 1, world units along the ray, 0 = empty
  Image normals;  // 256 x 256 x 3, as stored: (n + 1) / 2 in the camera's axes
};

// One subject's file; what is not asked for is not decoded. Reading throws kCorrupt naming the file
// (and says to remove it); opening kNotFound too.
class ViewCacheFile {
 public:
  explicit ViewCacheFile(const std::filesystem::path& path);
  ~ViewCacheFile();
  ViewCacheFile(ViewCacheFile&&) noexcept;
  ViewCacheFile& operator=(ViewCacheFile&&) noexcept;

  int views() const;
  int identities() const;
  std::array<float, 16> camera(int view) const;  // camera_tensor
  Image rgb(int view) const;                     // CachedPicture's
  CachedPicture picture(int view) const;
  CachedGeometry geometry(int view) const;
  CachedPicture identity(int photo) const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace portrait
