// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"

#include <QImage>
#include <QWidget>

#include <memory>
#include <string>
#include <utility>
#include <vector>

class QGridLayout;
class QLabel;
class QPushButton;

namespace portrait {

class RingEditor;
struct LockedView;
struct RingThumbnail;
class Settings;
struct Snapshot;
class Thumbnail;

// Small pictures of the head from the ring's viewpoints, in their order; a click looks from there.
// While the ring is edited they stand below the sphere and bear their numbers. Not shown before
// there are any.
class ViewpointsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ViewpointsPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  void show_settings(const Settings& settings);
  void set_camera(const Viewpoint& viewpoint);
  void edit(bool editing);
  RingEditor& editor() { return *editor_; }
  QPushButton* edit_button() { return edit_; }
  const std::vector<Thumbnail*>& thumbnails() const { return thumbnails_; }

 Q_SIGNALS:
  void chosen(const portrait::Viewpoint& viewpoint);
  void edited(const QString& viewpoints);  // the setting detail.viewpoints
  void export_requested(const portrait::Viewpoint& viewpoint);
  void bring_back_requested(const portrait::Viewpoint& viewpoint);
  void unlock_requested(const portrait::Viewpoint& viewpoint);

 protected:
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void take_pictures(const std::shared_ptr<const std::vector<RingThumbnail>>& pictures);
  void choose(std::size_t index);
  void show_ring();
  void scroll_to_top();
  void mark();
  bool is_locked(const Viewpoint& viewpoint) const;

  std::string viewpoints_;  // the ring's setting
  std::vector<RigView> ring_;
  std::shared_ptr<const std::vector<RingThumbnail>> pictures_;
  std::vector<std::pair<Viewpoint, QImage>> images_;  // of them
  std::vector<Thumbnail*> thumbnails_;                // of ring_
  std::shared_ptr<const std::vector<LockedView>> locks_;
  bool can_lock_ = false;
  RingEditor* editor_;
  QGridLayout* grid_;
  QLabel* note_;
  QPushButton* edit_;
  Viewpoint camera_;
  bool editing_ = false;
};

}  // namespace portrait
