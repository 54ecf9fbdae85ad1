// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/photo_crop.h"

#include "core/nn/check_shape.h"
#include "core/prior/portrait4d/face_crop.h"

#include <Eigen/LU>

#include <cmath>

namespace portrait {
namespace {

constexpr double kTrainedRoll = 0.25;  // radians, either way

double roll_of(const WholePhoto& photo) {
  return std::atan2(photo.crop_from_photo(1, 0), photo.crop_from_photo(0, 0));
}

FivePoints points_in_crop(const PriorInput& input) {
  return input.landmarks.empty() ? five_points(input.camera, input.crop.size(2), input.crop.size(1))
                                 : five_points(input.landmarks);
}

FivePoints points_in_photo(const PriorInput& input) {
  const auto& map = input.photo->crop_from_photo;
  const Eigen::Matrix2d back = map.leftCols<2>().inverse();
  FivePoints points = points_in_crop(input);
  for (Eigen::Vector2d& point : points) point = back * (point - map.col(2));
  return points;
}

// What a picture of the canonical crop's size [C,S,S] shows at the pixels that `cut` takes of the
// photo: [C,size,size], bilinear, its border replicated.
Tensor seen_through(const Tensor& picture, const FaceCrop& cut, const WholePhoto& photo) {
  const auto side = static_cast<double>(picture.size(2));
  const double across = static_cast<double>(photo.rgb.size(2)) / static_cast<double>(cut.width);
  const double down = static_cast<double>(photo.rgb.size(1)) / static_cast<double>(cut.height);
  const Tensor line = at::arange(cut.size, at::kDouble) + 0.5;
  const Tensor x = ((line + static_cast<double>(cut.left)) * across).view({1, -1});
  const Tensor y = ((line + static_cast<double>(cut.top)) * down).view({-1, 1});
  const auto place = [&](int row) {
    const auto map = photo.crop_from_photo.row(row);
    return ((x * map[0] + y * map[1] + map[2]) * (2 / side) - 1).to(picture.options());
  };
  const Tensor grid = at::stack({place(0), place(1)}, -1).unsqueeze(0);
  return at::grid_sampler_2d(picture.unsqueeze(0), grid, /*interpolation=*/0, /*padding=*/1,
                             /*align_corners=*/false)[0];
}

// The crop before grey, and on it what the photo shows more finely than the crop did, as far as it
// is the head's.
Tensor cut_of_photo(const PriorInput& input, int size) {
  const WholePhoto& photo = *input.photo;
  const FaceCrop cut =
      face_crop(points_in_photo(input), photo.rgb.size(2), photo.rgb.size(1), size);
  const Tensor coarse = seen_through(at::cat({input.crop, photo.crop, input.matte}), cut, photo);
  const Tensor finer = cut_face(photo.rgb, cut) - coarse.narrow(0, 3, 3);
  return coarse.narrow(0, 0, 3) + coarse.narrow(0, 6, 1) * finer;
}

}  // namespace

Tensor portrait4d_photo(const PriorInput& input, int size) {
  // Lanczos overshoots at edges.
  if (input.photo && std::abs(roll_of(*input.photo)) <= kTrainedRoll) {
    check_shape(input.photo->rgb, {3, -1, -1}, "photo");
    check_shape(input.photo->crop, {3, input.crop.size(1), input.crop.size(2)},
                "crop as photographed");
    return cut_of_photo(input, size).clamp(0, 1);
  }
  const std::int64_t height = input.crop.size(1);
  const std::int64_t width = input.crop.size(2);
  return cut_face(input.crop, face_crop(points_in_crop(input), width, height, size)).clamp(0, 1);
}

}  // namespace portrait
