// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <memory>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace portrait {

class LensEditor;
class PhotoMap;
class SegmentedControl;
class Thumbnail;
struct PhotoInfo;
struct Snapshot;

// The photo as the method sees it: which face, which part, through which lens, what of it counts
// as the head; and what the coach says about it. What the artist says of it shows here when the
// head has been made of it.
class PhotoPanel : public QWidget {
  Q_OBJECT

 public:
  explicit PhotoPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);

  enum Shown { kPhoto, kCrop, kCutout };
  SegmentedControl* shown() { return shown_; }
  PhotoMap* map() { return map_; }
  LensEditor* lens() { return lens_; }

 Q_SIGNALS:
  void replace_requested();
  void cutout_requested();
  void face_chosen(int face);               // from 0 on, left to right
  void field_of_view_told(double degrees);  // of the whole photo; 0: as the photo has it

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QWidget* make_picture();
  void show_photo();
  void show_findings();

  std::shared_ptr<const PhotoInfo> photo_;
  QWidget* picture_;
  SegmentedControl* shown_;
  PhotoMap* map_;
  Thumbnail* thumbnail_;
  QLabel* name_;
  QPushButton* cutout_;
  LensEditor* lens_;
  QLabel* hint_;
  QPushButton* replace_;
  QVBoxLayout* findings_;
};

}  // namespace portrait
