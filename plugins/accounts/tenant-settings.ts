import Joi from 'joi'

/** What a team decides about itself. */
export interface TeamSettings {
  /** Offered first when somebody is invited. */
  readonly defaultRole: string
}

export const teamSettings: Joi.ObjectSchema<TeamSettings> = Joi.object({
  defaultRole: Joi.string().max(40).default('agent'),
})
