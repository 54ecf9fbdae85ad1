// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QWidget>

#include <array>
#include <memory>
#include <vector>

class QLabel;

namespace portrait {

class Thumbnail;
struct RefinedView;
struct Snapshot;

// One viewpoint of the stage Detail: what it was painted over, what its neighbour told of it, what
// came of it. Not shown before the stage has painted anything.
class PaintedViewPanel : public QWidget {
  Q_OBJECT

 public:
  explicit PaintedViewPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  // The viewpoint nearest to where the artist looks from is the one that is shown.
  void set_camera(const Viewpoint& viewpoint);
  void select(int view);
  int selected() const { return selected_; }
  const Thumbnail& picture(int which) const { return *pictures_[std::size_t(which)]; }

 Q_SIGNALS:
  void selected_changed(int view);

 private:
  enum Picture { kRender, kProjected, kTarget, kVoid, kNoise, kChange, kPictures };
  void show_view();

  std::shared_ptr<const std::vector<RefinedView>> views_;
  int selected_ = -1;
  std::array<Thumbnail*, kPictures> pictures_{};
  QLabel* heading_note_;
  QLabel* agreement_;
  QLabel* loss_;
};

}  // namespace portrait
