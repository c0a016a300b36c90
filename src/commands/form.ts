import { ComponentType, TextInputStyle } from 'discord.js'

type Field = { label: string; hint: string; most: number; required?: boolean; lines?: 'one' | 'several' }

/** A labelled box of a form. @param id the name under which its text comes back */
export const formField = (id: string, { label, hint, most, required = false, lines = 'several' }: Field) => ({
  type: ComponentType.Label as const,
  label: label.slice(0, 45),
  description: hint.slice(0, 100),
  component: {
    type: ComponentType.TextInput as const,
    custom_id: id,
    style: lines === 'one' ? TextInputStyle.Short : TextInputStyle.Paragraph,
    max_length: most,
    required,
  },
})
