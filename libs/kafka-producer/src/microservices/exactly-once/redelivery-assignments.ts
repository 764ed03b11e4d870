import type { KafkaContext } from '@nestjs/microservices';

import type { Redelivery } from './redelivery.js';

/** Tells, whenever the consumer has joined its group, which partitions are its own now. */
export function followAssignments(consumer: ReturnType<KafkaContext['getConsumer']>, redelivery: Redelivery): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    const assigned = Object.entries(memberAssignment);
    redelivery.assigned(
      assigned.flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
    );
  });
}
