// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/face_alignment.h"

#include "core/image/fit_similarity.h"
#include "core/nn/check_shape.h"
#include "core/perception/iresnet.h"

namespace portrait {

const FacePoints& arcface_points() {
  static const FacePoints points = {Eigen::Vector2d{38.2946 + 0.5, 51.6963 + 0.5},
                                    {73.5318 + 0.5, 51.5014 + 0.5},
                                    {56.0252 + 0.5, 71.7366 + 0.5},
                                    {41.5493 + 0.5, 92.3655 + 0.5},
                                    {70.7299 + 0.5, 92.2041 + 0.5}};
  return points;
}

Affine2 arcface_crop(const FacePoints& points) {
  return fit_similarity(points, arcface_points());
}

Tensor aligned_face(const Tensor& photo, const FacePoints& points) {
  check_shape(photo, {3, -1, -1}, "photo");
  constexpr int size = IResNet::kCropSize;
  const Affine2 photo_from_crop = invert(arcface_crop(points));
  Tensor grid = at::empty({1, size, size, 2});
  auto at_grid = grid.accessor<float, 4>();
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const Eigen::Vector2d p = apply(photo_from_crop, {x + 0.5, y + 0.5});
      at_grid[0][y][x][0] = static_cast<float>(2 * p.x() / double(photo.size(2)) - 1);
      at_grid[0][y][x][1] = static_cast<float>(2 * p.y() / double(photo.size(1)) - 1);
    }
  }
  const std::int64_t bilinear = 0;
  const std::int64_t zeros = 0;
  return at::grid_sampler(photo.unsqueeze(0), grid.to(photo.options()), bilinear, zeros, false)[0];
}

}  // namespace portrait
