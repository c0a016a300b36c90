import { fileURLToPath } from 'node:url'

/** Fonts that come with us, so that a picture is the same on every machine. Paths of TrueType files. */
export const FONTS: string[] = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
)
