// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <QPointF>
#include <QRect>

#include <vector>

namespace portrait {

// A matte under the brush: strokes that add to it or take away, each undone as a whole. All
// positions are pixels of the matte, whose centres lie at half integers. What changed is returned
// as a rectangle, empty when nothing did.
class MatteEdit {
 public:
  struct Brush {
    double radius = 20;     // px, above 0
    double softness = 0.3;  // share of the radius over which it fades, 0 to 1
    bool adds = true;       // else it takes away
  };
  static constexpr std::size_t kUndo = 200;

  // found: what reset() goes back to, of the matte's size.
  MatteEdit(const Image& matte, const Image& found);

  const Image& matte() const { return matte_; }
  bool is_changed() const { return matte_.pixels != initial_.pixels; }
  bool is_found() const { return matte_.pixels == found_.pixels; }
  double share() const;  // of the picture that it keeps

  // A stroke: everything between begin() and end(). It covers once, however often it crosses
  // itself.
  QRect begin(const Brush& brush, QPointF at);
  QRect move_to(QPointF at);
  void end();
  bool in_stroke() const { return in_stroke_; }

  QRect reset();  // can be undone
  QRect undo();
  QRect redo();
  bool can_undo() const { return done_ > 0; }
  bool can_redo() const { return done_ < changes_.size(); }

 private:
  struct Change {
    QRect rect;
    std::vector<float> before;
    std::vector<float> after;
  };
  QRect cover(QPointF from, QPointF to);
  std::vector<float> pixels_of(const Image& image, const QRect& rect) const;
  void put(const QRect& rect, const std::vector<float>& pixels);
  void record(const Image& before, const QRect& rect);

  Image matte_;
  Image initial_;
  Image found_;
  Image base_;      // the matte as the stroke began
  Image coverage_;  // how far the stroke covers each pixel
  Brush brush_;
  QPointF last_;
  QRect touched_;
  bool in_stroke_ = false;
  std::vector<Change> changes_;
  std::size_t done_ = 0;  // of changes_; those behind can be done again
};

}  // namespace portrait
