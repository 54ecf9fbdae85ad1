// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QWidget>

#include <memory>
#include <vector>

class QGridLayout;
class QLabel;

namespace portrait {

struct RingThumbnail;
struct Snapshot;
class Thumbnail;

// Small pictures of the head from the ring's viewpoints; a click looks from there. Not shown
// before there are any.
class ViewpointsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ViewpointsPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  void set_camera(const Viewpoint& viewpoint);

 Q_SIGNALS:
  void chosen(const portrait::Viewpoint& viewpoint);

 private:
  void mark();

  std::shared_ptr<const std::vector<RingThumbnail>> ring_;
  std::vector<Thumbnail*> thumbnails_;
  std::vector<Viewpoint> viewpoints_;  // of each thumbnail
  QGridLayout* grid_;
  QLabel* note_;
  Viewpoint camera_;
};

}  // namespace portrait
