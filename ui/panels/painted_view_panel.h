// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QWidget>

#include <array>
#include <memory>
#include <vector>

class QLabel;

namespace portrait {

class LockBar;
class Thumbnail;
struct LockedView;
struct RefinedView;
class Settings;
struct Snapshot;

// One viewpoint of the stage Detail: what it was painted over, what its neighbour told of it, what
// came of it; and its way to a paint program and back. Before the stage has painted anything, the
// latter alone.
class PaintedViewPanel : public QWidget {
  Q_OBJECT

 public:
  explicit PaintedViewPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  // The viewpoint nearest to where the artist looks from is the one that is shown.
  void set_camera(const Viewpoint& viewpoint);
  void select(int view);
  int selected() const { return selected_; }
  LockBar& lock_bar() { return *lock_bar_; }
  bool shows_pictures() const { return grid_->isVisible(); }
  const Thumbnail& picture(int which) const { return *pictures_[std::size_t(which)]; }

 Q_SIGNALS:
  void selected_changed(int view);

 private:
  enum Picture { kRender, kProjected, kTarget, kVoid, kNoise, kChange, kPictures };
  void take_ring(const Snapshot& snapshot);
  const LockedView* lock() const;  // of the view that is selected; null: it is not locked
  void show_view();
  void show_pictures(const RefinedView& view, const LockedView* lock);
  void arrange(bool alone);

  std::shared_ptr<const std::vector<RefinedView>> views_;
  std::shared_ptr<const std::vector<LockedView>> locks_;
  std::shared_ptr<const Settings> settings_;  // whose ring it is
  std::vector<Viewpoint> ring_;
  Viewpoint camera_;
  int selected_ = -1;
  QWidget* grid_;
  LockBar* lock_bar_;
  std::array<Thumbnail*, kPictures> pictures_{};
  std::array<QLabel*, kPictures> labels_{};
  bool alone_ = false;  // the target, before there are others
  QLabel* heading_note_;
  QLabel* agreement_;
  QLabel* loss_;
};

}  // namespace portrait
