// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/carry.h"
#include "core/reprojection/kernels/closing.h"

#include <vector>

namespace portrait {

Tensor carry_image_reference(const SplatMap& map, const Tensor& image, double background) {
  const Tensor planes = image.reshape({-1, std::int64_t(map.source_height) * map.source_width});
  std::vector<std::int64_t> sizes = image.sizes().vec();
  sizes[sizes.size() - 2] = map.height();
  sizes.back() = map.width();
  const Tensor out = at::full(sizes, background);
  const Tensor rows = out.view({-1, map.height(), map.width()});
  const Tensor source = map.source.contiguous(), closing = map.closing.contiguous();
  for (int pass = 0; pass < 4; ++pass) {  // winners, then holes of rows, columns, rows
    for (int y = 0; y < map.height(); ++y) {
      for (int x = 0; x < map.width(); ++x) {
        const int code = closing[y][x].item<int>();
        const int winner = source[y][x].item<int>();
        if (pass == 0 && winner >= 0) {
          rows.select(1, y).select(1, x).copy_(planes.select(1, winner));
        } else if (code >= kRowCode && (code - kRowCode) / kGaps + 1 == pass) {
          const int number = (code - kRowCode) % kGaps;
          const int before = number == 2 ? 2 : 1, after = number == 1 ? 2 : 1;
          const int dx = pass == 2 ? 0 : 1, dy = 1 - dx;
          const Tensor a = rows.select(1, y - before * dy).select(1, x - before * dx);
          const Tensor b = rows.select(1, y + after * dy).select(1, x + after * dx);
          rows.select(1, y).select(1, x).copy_((a * after + b * before) / (before + after));
        }
      }
    }
  }
  return out;
}

}  // namespace portrait
