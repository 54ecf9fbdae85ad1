// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/matte_edit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace portrait {
namespace {

double distance_to_segment(QPointF p, QPointF a, QPointF b) {
  const QPointF along = b - a;
  const double length = QPointF::dotProduct(along, along);
  const double t =
      length > 0 ? std::clamp(QPointF::dotProduct(p - a, along) / length, 0.0, 1.0) : 0.0;
  const QPointF to = p - a - t * along;
  return std::hypot(to.x(), to.y());
}

}  // namespace

MatteEdit::MatteEdit(const Image& matte, const Image& found)
    : matte_(matte), initial_(matte), found_(found), coverage_(matte.width, matte.height, 1) {}

double MatteEdit::share() const {
  return std::accumulate(matte_.pixels.begin(), matte_.pixels.end(), 0.0) /
         double(std::max<std::size_t>(1, matte_.pixels.size()));
}

QRect MatteEdit::begin(const Brush& brush, QPointF at) {
  if (in_stroke_) end();
  brush_ = brush;
  base_ = matte_;
  std::fill(coverage_.pixels.begin(), coverage_.pixels.end(), 0.0F);
  touched_ = {};
  in_stroke_ = true;
  last_ = at;
  return cover(at, at);
}

QRect MatteEdit::move_to(QPointF at) {
  return in_stroke_ ? cover(std::exchange(last_, at), at) : QRect();
}

QRect MatteEdit::cover(QPointF from, QPointF to) {
  const double inner = brush_.radius * (1 - brush_.softness);
  const double outer = std::max(brush_.radius, inner + 1);  // an edge is never harder than a pixel
  const QRect all(0, 0, matte_.width, matte_.height);
  const QRect rect = QRectF(from, to)
                         .normalized()
                         .adjusted(-outer - 1, -outer - 1, outer + 1, outer + 1)
                         .toAlignedRect()
                         .intersected(all);
  for (int y = rect.top(); y <= rect.bottom(); ++y) {
    for (int x = rect.left(); x <= rect.right(); ++x) {
      const double d = distance_to_segment(QPointF(x + 0.5, y + 0.5), from, to);
      if (d >= outer) continue;
      const double t = std::clamp((outer - d) / (outer - inner), 0.0, 1.0);
      float& coverage = *coverage_.at(x, y);
      coverage = std::max(coverage, float(t * t * (3 - 2 * t)));
      const float base = *base_.at(x, y);
      *matte_.at(x, y) = brush_.adds ? base + (1 - base) * coverage : base * (1 - coverage);
    }
  }
  touched_ = touched_.united(rect);
  return rect;
}

void MatteEdit::end() {
  if (!in_stroke_) return;
  in_stroke_ = false;
  record(base_, touched_);
}

QRect MatteEdit::reset() {
  if (in_stroke_) end();
  const Image before = std::exchange(matte_, found_);
  const QRect all(0, 0, matte_.width, matte_.height);
  record(before, all);
  return all;
}

void MatteEdit::record(const Image& before, const QRect& rect) {
  Change change{rect, pixels_of(before, rect), pixels_of(matte_, rect)};
  if (change.before == change.after) return;
  changes_.resize(done_);
  changes_.push_back(std::move(change));
  if (changes_.size() > kUndo) changes_.erase(changes_.begin());
  done_ = changes_.size();
}

QRect MatteEdit::undo() {
  if (in_stroke_) end();
  if (!can_undo()) return {};
  const Change& change = changes_[--done_];
  put(change.rect, change.before);
  return change.rect;
}

QRect MatteEdit::redo() {
  if (in_stroke_ || !can_redo()) return {};
  const Change& change = changes_[done_++];
  put(change.rect, change.after);
  return change.rect;
}

std::vector<float> MatteEdit::pixels_of(const Image& image, const QRect& rect) const {
  std::vector<float> pixels;
  pixels.reserve(std::size_t(std::max(0, rect.width() * rect.height())));
  for (int y = rect.top(); y <= rect.bottom(); ++y) {
    pixels.insert(pixels.end(), image.at(rect.left(), y), image.at(rect.left(), y) + rect.width());
  }
  return pixels;
}

void MatteEdit::put(const QRect& rect, const std::vector<float>& pixels) {
  auto from = pixels.begin();
  for (int y = rect.top(); y <= rect.bottom(); ++y, from += rect.width()) {
    std::copy_n(from, rect.width(), matte_.at(rect.left(), y));
  }
}

}  // namespace portrait
