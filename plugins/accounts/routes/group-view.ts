import { problem, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { Membership } from '../models/member.ts'
import { Team, TeamMember } from '../models/team.ts'
import { time, uuid } from './schemas.ts'

const memberSchema = Joi.object({
  userId: uuid.required(),
  role: Joi.valid('lead', 'member').required(),
  status: Joi.valid('active', 'away').required(),
  joinedAt: time.required(),
}).label('TeamMember')
export const groupSchema = Joi.object({
  id: uuid.required(),
  name: Joi.string().required(),
  description: Joi.string().allow('').required(),
  ownerId: uuid.allow(null).required(),
  settings: Joi.object().unknown(true).required(),
  members: Joi.array().items(memberSchema).required(),
  createdAt: time.required(),
}).label('Group')

/** A group with its members; `undefined` when there is none. */
export async function groupById(uow: UnitOfWork, id: string) {
  const team = await Team.in(uow).findOne({ id })
  if (team === undefined) return undefined
  return groupView(team, await TeamMember.in(uow).where('team_id', id).orderBy('joined_at').orderBy('user_id'))
}

export async function isMember(uow: UnitOfWork, userId: string | null): Promise<boolean> {
  return userId === null || (await Membership.in(uow).findOne({ user_id: userId }).forShare()) !== undefined
}

export const groupNotFound = (id: string) =>
  problem(404, 'accounts.group-not-found', `There is no group ${id}, or nobody like that in it.`)

export function groupView(team: Team, members: readonly TeamMember[]) {
  const own = members.filter(({ team_id }) => team_id === team.id)
  return {
    ...{ id: team.id, name: team.name, description: team.description, ownerId: team.owner_id, settings: team.settings },
    members: own.map(({ user_id, role, status, joined_at }) => ({
      ...{ userId: user_id, role, status, joinedAt: joined_at.toISOString() },
    })),
    createdAt: team.created_at.toISOString(),
  }
}
