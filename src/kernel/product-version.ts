/** Version of Sluice, as package.json and the command line say it. */
export const productVersion = '0.1.0';
