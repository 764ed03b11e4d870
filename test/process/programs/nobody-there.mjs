// Boots towards brokers nobody has, closes if it got that far, and must end by itself.
import { handlesLeft, startApplication } from './application.mjs';

const [, , connect, ...brokers] = process.argv;
try {
  const { app } = await startApplication(brokers, { connect, connectTimeoutMs: 500 });
  await app.close();
  console.log(JSON.stringify({ booted: true, left: await handlesLeft() }));
} catch (error) {
  console.log(JSON.stringify({ booted: false, left: await handlesLeft(), message: error.message }));
}
