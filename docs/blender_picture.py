# SPDX-License-Identifier: Apache-2.0
# blender --background --python docs/blender_picture.py -- HEAD.glb PICTURE.jpg
# What Blender makes of an exported head: imported with its defaults, seen from three sides.
import math
import sys

import numpy

if not hasattr(numpy, "bool"):  # Debian 12's importer of glTF is older than its NumPy
    numpy.bool = bool

import bpy

glb, picture = sys.argv[sys.argv.index("--") + 1 :]
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath=glb)
head = next(o for o in bpy.data.objects if o.type == "MESH")
scene = bpy.context.scene

ACROSS = 0.42  # metres that each head is given
for number, degrees in enumerate((0, 40, -90)):
    one = head if number == 0 else head.copy()
    if number:
        scene.collection.objects.link(one)
    one.rotation_mode = "XYZ"
    one.rotation_euler = (one.rotation_euler.x, one.rotation_euler.y, math.radians(-degrees))
    one.location.x = (number - 1) * ACROSS

camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
scene.collection.objects.link(camera)
camera.data.type = "ORTHO"
camera.data.ortho_scale = 3 * ACROSS
camera.location = (0, -3, -0.01)
camera.rotation_euler = (math.pi / 2, 0, 0)
scene.camera = camera
world = bpy.data.worlds.new("world")
world.use_nodes = True
world.node_tree.nodes["Background"].inputs[0].default_value = (0.012, 0.014, 0.018, 1)
scene.world = world
scene.render.engine = "CYCLES"
scene.cycles.samples = 16
scene.cycles.use_denoising = False
scene.view_settings.view_transform = "Standard"
scene.render.resolution_x, scene.render.resolution_y = 1440, 480
scene.render.image_settings.file_format = "JPEG"
scene.render.image_settings.quality = 88
scene.render.filepath = picture
bpy.ops.render.render(write_still=True)
