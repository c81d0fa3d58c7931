export * from "./apierror.js";
export * from "./httpclienterrors.js";
export * from "./sdkvalidationerror.js";
