// SPDX-License-Identifier: Apache-2.0
#include "ui/image_convert.h"

#include "ui/theme.h"

#include <algorithm>

namespace portrait {
namespace {
int to_byte(float v) { return int(std::clamp(v, 0.0F, 1.0F) * 255.0F + 0.5F); }
}  // namespace

QImage to_qimage(const Image& image) {
  if (image.empty()) return {};
  QImage out(image.width, image.height, QImage::Format_ARGB32);
  for (int y = 0; y < image.height; ++y) {
    auto* row = reinterpret_cast<QRgb*>(out.scanLine(y));
    for (int x = 0; x < image.width; ++x) {
      const float* p = image.at(x, y);
      const bool colour = image.channels >= 3;
      row[x] = qRgba(to_byte(p[0]), to_byte(p[colour ? 1 : 0]), to_byte(p[colour ? 2 : 0]),
                     image.channels == 4 ? to_byte(p[3]) : 255);
    }
  }
  return out;
}

QImage over_ground(const Image& image, const Image& mask, const QColor& ground, float least) {
  QImage out = to_qimage(image);
  if (out.isNull() || mask.width != image.width || mask.height != image.height) return out;
  for (int y = 0; y < out.height(); ++y) {
    auto* row = reinterpret_cast<QRgb*>(out.scanLine(y));
    for (int x = 0; x < out.width(); ++x) {
      const float keep = least + (1 - least) * std::clamp(*mask.at(x, y), 0.0F, 1.0F);
      auto blend = [&](int v, int g) { return int(float(v) * keep + float(g) * (1 - keep)); };
      row[x] = qRgb(blend(qRed(row[x]), ground.red()), blend(qGreen(row[x]), ground.green()),
                    blend(qBlue(row[x]), ground.blue()));
    }
  }
  return out;
}

QImage with_matte(const Image& crop, const Image& matte) {
  // An eighth of the background stays, so that one sees what was cut away.
  return over_ground(crop, matte, theme().background, 0.125F);
}

}  // namespace portrait
