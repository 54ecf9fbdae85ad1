// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace portrait {

// The line between photo and head, with a handle in its middle. The viewport moves it.
class WipeDivider : public QWidget {
  Q_OBJECT

 public:
  explicit WipeDivider(QWidget* parent = nullptr);
  QSize sizeHint() const override { return {28, 28}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace portrait
